import { check } from '../failed-call.js';
import { syscallNumber } from '../numbers.js';
import type { SyscallArg, SyscallPort } from '../port.js';

/**
 * A fd that means a process, however often its number is used again.
 *
 * @man pidfd_open(2)
 * @kernel 5.3
 * @errno ESRCH no such process
 */
export function pidfdOpen(port: SyscallPort, pid: number, flags = 0): number {
  const args = [pid, flags] as const;
  return check(port.syscall(syscallNumber('pidfd_open', port.arch), ...args), { syscall: 'pidfd_open', args });
}

/**
 * @man pidfd_send_signal(2)
 * @kernel 5.1
 * @errno ESRCH it has ended and been waited for
 */
export function pidfdSendSignal(port: SyscallPort, pidfd: number, signal: number, flags = 0): void {
  const args = [pidfd, signal, null, flags] as const;
  check(port.syscall(syscallNumber('pidfd_send_signal', port.arch), ...args), { syscall: 'pidfd_send_signal', args });
}

/** What became of a child. */
export interface WaitResult {
  readonly pid: number;
  readonly uid: number;
  /** CLD.*: how to read `status`. */
  readonly code: number;
  /** The exit code for CLD.EXITED, otherwise the signal. */
  readonly status: number;
}

/**
 * Waits for a child. Undefined with W.NOHANG when there is nothing to say yet. Without it, JavaScript
 * stands still until there is.
 *
 * Node and Bun reap only the children they spawned; this is for those made past them.
 *
 * @man waitid(2)
 * @kernel P.PIDFD 5.4
 * @errno ECHILD not a child, or waited for already
 */
export function waitid(port: SyscallPort, idtype: number, id: number, options: number): WaitResult | undefined {
  const siginfo = new Int32Array(32);
  const args = [idtype, id, new Uint8Array(siginfo.buffer), options, null] as const;
  check(port.syscall(syscallNumber('waitid', port.arch), ...args), { syscall: 'waitid', args });
  // siginfo_t: three ints, one of padding, then pid, uid and status.
  const [signo = 0, , code = 0, , pid = 0, uid = 0, status = 0] = siginfo;
  return signo === 0 && pid === 0 ? undefined : { pid, uid: uid >>> 0, code, status };
}

/**
 * Sets or asks something of this thread or process; see the manual for what an option concerns. Options
 * of the thread (no_new_privs, seccomp, the bounding set) reach no other thread of the runtime.
 *
 * @man prctl(2)
 */
export function prctl(port: SyscallPort, option: number, ...rest: SyscallArg[]): number {
  // Newer options insist that unused arguments are 0.
  const args = [option, rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0] as const;
  return check(port.syscall(syscallNumber('prctl', port.arch), ...args), { syscall: 'prctl', args });
}

/**
 * Moves this thread into a namespace. The runtime's other threads stay where they are, so come back
 * before anything asynchronous runs.
 *
 * @man setns(2)
 * @errno EINVAL a user or mount namespace: a process of many threads, as Node and Bun are, can't
 */
export function setns(port: SyscallPort, fd: number, nstype: number): void {
  const args = [fd, nstype] as const;
  check(port.syscall(syscallNumber('setns', port.arch), ...args), { syscall: 'setns', args });
}

/**
 * Gives this thread namespaces of its own. The runtime's other threads stay where they are.
 *
 * @man unshare(2)
 * @errno EINVAL CLONE.NEWUSER: a process of many threads can't
 */
export function unshare(port: SyscallPort, flags: number): void {
  const args = [flags] as const;
  check(port.syscall(syscallNumber('unshare', port.arch), ...args), { syscall: 'unshare', args });
}
