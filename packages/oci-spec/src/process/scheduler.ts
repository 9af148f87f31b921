import { type Check, list, object, required, type Shape } from '../check.js';
import { int32, integer, oneOf, uint64 } from '../values.js';

const schedulerPolicies = ['SCHED_OTHER', 'SCHED_FIFO', 'SCHED_RR', 'SCHED_BATCH', 'SCHED_ISO', 'SCHED_IDLE', 'SCHED_DEADLINE'] as const;
export type LinuxSchedulerPolicy = (typeof schedulerPolicies)[number];

export const schedulerFlags = [
  'SCHED_FLAG_RESET_ON_FORK',
  'SCHED_FLAG_RECLAIM',
  'SCHED_FLAG_DL_OVERRUN',
  'SCHED_FLAG_KEEP_POLICY',
  'SCHED_FLAG_KEEP_PARAMS',
  'SCHED_FLAG_UTIL_CLAMP_MIN',
  'SCHED_FLAG_UTIL_CLAMP_MAX',
] as const;
export type LinuxSchedulerFlag = (typeof schedulerFlags)[number];

export const ioPriorityClasses = ['IOPRIO_CLASS_RT', 'IOPRIO_CLASS_BE', 'IOPRIO_CLASS_IDLE'] as const;
export type IOPriorityClass = (typeof ioPriorityClasses)[number];

const schedulerFields = {
  policy: required(oneOf('scheduling policy', schedulerPolicies)),
  /** From -20, the most favourable, to 19; 0 when left out. */
  nice: integer(-20, 19),
  /** 1 to 99 for SCHED_FIFO and SCHED_RR, which need one; none for the others. */
  priority: int32,
  flags: list(oneOf('scheduling flag', schedulerFlags)),
  /** Nanoseconds of each period that the process may run. SCHED_DEADLINE only. */
  runtime: uint64,
  /** Nanoseconds from a period's begin by which they are to be had. SCHED_DEADLINE only. */
  deadline: uint64,
  /** Nanoseconds; `deadline` when 0 or left out. SCHED_DEADLINE only. */
  period: uint64,
};

/** What sched_setattr(2) is to set for the process. */
export interface Scheduler extends Shape<typeof schedulerFields> {}

export const scheduler: Check<Scheduler> = object(schedulerFields, (rule) => [
  rule(['policy', 'priority'], ({ policy, priority = 0 }, at, report) => {
    const realTime = policy === 'SCHED_FIFO' || policy === 'SCHED_RR';
    if (realTime ? priority < 1 || priority > 99 : priority !== 0) {
      report.issue(
        `${at}/priority`,
        `${policy} has no priority ${String(priority)}`,
        realTime ? 'a whole number from 1 to 99' : '0, or none',
      );
    }
  }),
  rule(['policy', 'runtime', 'deadline', 'period'], ({ policy, runtime = 0, deadline = 0, period = 0 }, at, report) => {
    if (policy === 'SCHED_DEADLINE') {
      // The kernel counts in units of 1024 ns.
      if (runtime < 1024) report.issue(`${at}/runtime`, `${String(runtime)} ns are too short`, 'at least 1024');
      if (deadline < runtime || deadline === 0)
        report.issue(`${at}/deadline`, `${String(deadline)} ns are shorter than the runtime`, `at least ${String(runtime)}`);
      if (period !== 0 && period < deadline)
        report.issue(`${at}/period`, `${String(period)} ns are shorter than the deadline`, `at least ${String(deadline)}, or 0`);
      return;
    }
    for (const [field, value] of Object.entries({ runtime, deadline, period })) {
      if (value !== 0) report.issue(`${at}/${field}`, `${policy} has no ${field}`, 'the policy SCHED_DEADLINE, or none');
    }
  }),
]);

const ioPriorityFields = {
  class: required(oneOf('class of I/O priorities', ioPriorityClasses)),
  /** From 0, the highest, to 7. */
  priority: required(integer(0, 7)),
};

/** What ioprio_set(2) is to set for the process. */
export interface LinuxIOPriority extends Shape<typeof ioPriorityFields> {}
export const ioPriority: Check<LinuxIOPriority> = object(ioPriorityFields);
