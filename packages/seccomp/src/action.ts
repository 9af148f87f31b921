import { type LinuxSeccompAction, seccompActions } from '@standpipe/oci-spec';
import { errnoName, errnoNumber } from '@standpipe/syscalls';

/** What `linux.seccomp` may name as an action. */
export const actions = seccompActions;
export type Action = LinuxSeccompAction;

/** What a filter returns, in the kernel's names. @man seccomp(2) */
export const RET = {
  KILL_PROCESS: 0x8000_0000,
  KILL_THREAD: 0,
  TRAP: 0x0003_0000,
  ERRNO: 0x0005_0000,
  USER_NOTIF: 0x7fc0_0000,
  TRACE: 0x7ff0_0000,
  LOG: 0x7ffc_0000,
  ALLOW: 0x7fff_0000,
} as const;

const values: Readonly<Record<Action, number>> = {
  SCMP_ACT_KILL: RET.KILL_THREAD,
  SCMP_ACT_KILL_THREAD: RET.KILL_THREAD,
  SCMP_ACT_KILL_PROCESS: RET.KILL_PROCESS,
  SCMP_ACT_TRAP: RET.TRAP,
  SCMP_ACT_ERRNO: RET.ERRNO,
  SCMP_ACT_TRACE: RET.TRACE,
  SCMP_ACT_ALLOW: RET.ALLOW,
  SCMP_ACT_LOG: RET.LOG,
  SCMP_ACT_NOTIFY: RET.USER_NOTIF,
};

const EPERM = errnoNumber('EPERM') ?? 0;
const ENOSYS = errnoNumber('ENOSYS') ?? 0;

/** What says that there is no such call. */
export const RET_ENOSYS: number = RET.ERRNO + ENOSYS;

/** Whether an action has a number for the caller or the tracer. */
export function takesErrno(action: Action): boolean {
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
}

/** What a filter returns for an action; EPERM where an errno is due and none is given. */
export function returnValue(action: Action, errnoRet?: number): number {
  return values[action] + (takesErrno(action) ? (errnoRet ?? EPERM) : 0);
}

const ACTION_MASK = 0xffff_0000;
const DATA_MASK = 0xffff;

/** The action in what a filter returns. */
export function actionOf(value: number): number {
  return (value & ACTION_MASK) >>> 0;
}

export function dataOf(value: number): number {
  return value & DATA_MASK;
}

/** From the strictest to the one that lets all pass: as the kernel chooses among what several filters return. */
const strictness: readonly number[] = [
  RET.KILL_PROCESS,
  RET.KILL_THREAD,
  RET.TRAP,
  RET.ERRNO,
  RET.USER_NOTIF,
  RET.TRACE,
  RET.LOG,
  RET.ALLOW,
];

export function isStricter(value: number, than: number): boolean {
  return strictness.indexOf(actionOf(value)) < strictness.indexOf(actionOf(than));
}

/** Whether the call is made, now or once a tracer says so. */
export function letsPass(value: number): boolean {
  const action = actionOf(value);
  return action === RET.ALLOW || action === RET.LOG || action === RET.TRACE;
}

/** What becomes of a call: `is allowed`, `fails with EPERM`, `kills the thread`. */
export function describeOutcome(value: number): string {
  const data = dataOf(value);
  switch (actionOf(value)) {
    case RET.KILL_PROCESS:
      return 'kills the process';
    case RET.KILL_THREAD:
      return 'kills the thread';
    case RET.TRAP:
      return 'raises SIGSYS';
    case RET.ERRNO:
      return data === 0 ? 'does nothing and returns 0' : `fails with ${errnoName(data) ?? `errno ${String(data)}`}`;
    case RET.USER_NOTIF:
      return 'waits for what the listener says';
    case RET.TRACE:
      return 'waits for what the tracer says, and fails with ENOSYS when there is none';
    case RET.LOG:
      return 'is allowed, and logged';
    case RET.ALLOW:
      return 'is allowed';
    default:
      return 'kills the process';
  }
}

/** What a filter returns, in the names of seccomp(2). */
export function formatReturn(value: number): string {
  const action = actionOf(value);
  const name = Object.entries(RET).find(([, known]) => known === action)?.[0] ?? `0x${value.toString(16)}`;
  const data = dataOf(value);
  if (action === RET.ERRNO) return `ERRNO(${errnoName(data) ?? String(data)})`;
  return data === 0 ? name : `${name}(${String(data)})`;
}
