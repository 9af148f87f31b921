import { closeFd, openHostProc, type Op, type Reg, reg } from '@standpipe/program';
import { type IoPriority, planIoPriority } from './io-priority.js';
import { type MemoryPolicy, planMemoryPolicy } from './memory-policy.js';
import { planOomScoreAdj } from './oom-score.js';
import { type Personality, planPersonality } from './personality.js';
import { planNoNewPrivileges } from './privileges.js';
import { planRaiseRlimits, planRlimits, type Rlimit } from './rlimits.js';
import { planScheduler, type Scheduler } from './scheduler.js';

/** What of `process` is set from outside, where the privileges are those of the initial user namespace. */
export interface AdmittedProcess {
  readonly oomScoreAdj?: number | undefined;
  readonly rlimits?: readonly Rlimit[] | undefined;
  readonly scheduler?: Scheduler | undefined;
  readonly ioPriority?: IoPriority | undefined;
}

export interface AdmissionSettings {
  /** The process, seen from the host. */
  readonly pid: Reg;
  /** It is in a user namespace of its own, where it can't raise its limits itself. */
  readonly inUserNamespace: boolean;
}

/** Host ops: what a container's process can't do for itself, before it goes on. */
export function planAdmission(process: AdmittedProcess, { pid, inUserNamespace }: AdmissionSettings): Op[] {
  const { oomScoreAdj, rlimits = [], scheduler, ioPriority } = process;
  const proc = reg('host proc');
  return [
    ...(oomScoreAdj === undefined ? [] : [...openHostProc(proc), ...planOomScoreAdj(oomScoreAdj, { proc, pid }), closeFd(proc)]),
    ...(inUserNamespace ? planRaiseRlimits(rlimits, pid) : []),
    ...(scheduler === undefined ? [] : planScheduler(scheduler, pid)),
    ...(ioPriority === undefined ? [] : planIoPriority(ioPriority, pid)),
  ];
}

/** What of `process` and `linux` a process does to itself before it becomes its user. */
export interface RestrictedProcess {
  readonly personality?: Personality | undefined;
  readonly memoryPolicy?: MemoryPolicy | undefined;
  readonly rlimits?: readonly Rlimit[] | undefined;
  readonly noNewPrivileges?: boolean | undefined;
}

/** Container ops, at the end of its set-up: they are meant for the command. */
export function planRestrictions({ personality, memoryPolicy, rlimits = [], noNewPrivileges = false }: RestrictedProcess): Op[] {
  return [
    ...(personality === undefined ? [] : planPersonality(personality)),
    ...(memoryPolicy === undefined ? [] : planMemoryPolicy(memoryPolicy)),
    ...planRlimits(rlimits),
    ...(noNewPrivileges ? planNoNewPrivileges() : []),
  ];
}
