import type { SpecIssue } from '@standpipe/errors';
import { type Op, type Reg, sys } from '@standpipe/program';
import { invalidAll } from './errors.js';

/** `process.scheduler` of a config.json. */
export interface Scheduler {
  readonly policy: string;
  readonly nice?: number | undefined;
  readonly priority?: number | undefined;
  readonly flags?: readonly string[] | undefined;
  /** Nanoseconds; of SCHED_DEADLINE alone, like the next two. */
  readonly runtime?: number | bigint | undefined;
  readonly deadline?: number | bigint | undefined;
  readonly period?: number | bigint | undefined;
}

/** @man sched(7) */
const policies: ReadonlyMap<string, number> = new Map([
  ['SCHED_OTHER', 0],
  ['SCHED_FIFO', 1],
  ['SCHED_RR', 2],
  ['SCHED_BATCH', 3],
  // Reserved, and in no kernel so far: EINVAL.
  ['SCHED_ISO', 4],
  ['SCHED_IDLE', 5],
  ['SCHED_DEADLINE', 6],
]);

const flagBits: ReadonlyMap<string, number> = new Map([
  ['SCHED_FLAG_RESET_ON_FORK', 0x01],
  ['SCHED_FLAG_RECLAIM', 0x02],
  ['SCHED_FLAG_DL_OVERRUN', 0x04],
  ['SCHED_FLAG_KEEP_POLICY', 0x08],
  ['SCHED_FLAG_KEEP_PARAMS', 0x10],
  ['SCHED_FLAG_UTIL_CLAMP_MIN', 0x20],
  ['SCHED_FLAG_UTIL_CLAMP_MAX', 0x40],
]);

/** SCHED_ATTR_SIZE_VER1, with the two utilization hints, which OCI has no fields for. Older kernels take it as long as they are 0. */
const SCHED_ATTR_SIZE = 56;

/**
 * Plans the scheduling of a process: `pid`, or with 0 the one that runs the ops. Real-time policies and
 * deadlines, and a nice value below the present one, take CAP_SYS_NICE of the initial user namespace,
 * so for a container in another one the host has to do it.
 *
 * @man sched_setattr(2), sched(7)
 * @kernel 3.14
 * @cap CAP_SYS_NICE
 * @errno EBUSY there is no room for one more deadline
 * @throws SpecError for unknown policies and flags, and parameters that don't go with the policy
 */
export function planScheduler(scheduler: Scheduler, pid: Reg | 0, pointer = '/process/scheduler'): Op[] {
  const { policy, nice = 0, priority = 0, flags = [], runtime = 0, deadline = 0, period = 0 } = scheduler;
  checkScheduler(scheduler, pointer);
  const attr = new DataView(new ArrayBuffer(SCHED_ATTR_SIZE));
  attr.setUint32(0, SCHED_ATTR_SIZE, true);
  attr.setUint32(4, policies.get(policy) ?? 0, true);
  attr.setBigUint64(8, BigInt(flags.reduce((bits, flag) => bits | (flagBits.get(flag) ?? 0), 0)), true);
  attr.setInt32(16, nice, true);
  attr.setUint32(20, priority, true);
  attr.setBigUint64(24, BigInt(runtime), true);
  attr.setBigUint64(32, BigInt(deadline), true);
  attr.setBigUint64(40, BigInt(period), true);
  const say = `set the scheduler to ${[policy, ...flags].join(' with ')}${describe(scheduler)}`;
  return [sys('sched_setattr', [pid, new Uint8Array(attr.buffer), 0], { say, pointer })];
}

function describe({ nice, priority, runtime, deadline, period }: Scheduler): string {
  const parameters = Object.entries({ nice, priority, runtime, deadline, period }).filter(([, value]) => value !== undefined);
  return parameters.map(([name, value]) => `, ${name} ${String(value)}`).join('');
}

function checkScheduler(scheduler: Scheduler, pointer: string): void {
  const { policy, nice, priority = 0, flags = [], runtime = 0, deadline = 0, period = 0 } = scheduler;
  const issues: SpecIssue[] = [];
  if (!policies.has(policy))
    issues.push({
      pointer: `${pointer}/policy`,
      message: `${JSON.stringify(policy)} is no policy`,
      expected: `one of ${[...policies.keys()].join(', ')}`,
    });
  for (const [i, flag] of flags.entries()) {
    if (!flagBits.has(flag))
      issues.push({
        pointer: `${pointer}/flags/${String(i)}`,
        message: `${JSON.stringify(flag)} is no flag`,
        expected: `one of ${[...flagBits.keys()].join(', ')}`,
      });
  }
  if (nice !== undefined && (!Number.isInteger(nice) || nice < -20 || nice > 19))
    issues.push({ pointer: `${pointer}/nice`, message: `${String(nice)} is no nice value`, expected: 'an integer from -20 to 19' });

  const realTime = policy === 'SCHED_FIFO' || policy === 'SCHED_RR';
  if (realTime && (!Number.isInteger(priority) || priority < 1 || priority > 99)) {
    issues.push({
      pointer: `${pointer}/priority`,
      message: `${String(priority)} is no priority of ${policy}`,
      expected: 'an integer from 1 to 99',
    });
  } else if (!realTime && priority !== 0) {
    issues.push({ pointer: `${pointer}/priority`, message: `${policy} has no priority: only SCHED_FIFO and SCHED_RR have` });
  }

  for (const [name, value] of Object.entries({ runtime, deadline, period })) {
    const ok = typeof value === 'bigint' ? value >= 0n && value < 2n ** 63n : Number.isSafeInteger(value) && value >= 0;
    if (!ok)
      issues.push({
        pointer: `${pointer}/${name}`,
        message: `${String(value)} is no ${name}`,
        expected: 'nanoseconds, an integer from 0 to 2^63 - 1',
      });
    else if (policy !== 'SCHED_DEADLINE' && BigInt(value) !== 0n)
      issues.push({ pointer: `${pointer}/${name}`, message: `${policy} has no ${name}: only SCHED_DEADLINE has` });
  }
  if (
    issues.length === 0 &&
    policy === 'SCHED_DEADLINE' &&
    !(runtime > 0 && runtime <= deadline && (BigInt(period) === 0n || deadline <= period))
  ) {
    issues.push({
      pointer,
      message: 'the deadline parameters contradict each other',
      expected: '0 < runtime <= deadline <= period, or a period of 0',
    });
  }
  if (issues.length > 0) throw invalidAll(issues);
}
