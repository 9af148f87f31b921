import { branch, type Label, type Op, type Reg, sys } from '@standpipe/program';

export const SIG = { HUP: 1, INT: 2, QUIT: 3, PIPE: 13, TERM: 15, CHLD: 17, CONT: 18, URG: 23, WINCH: 28 } as const;

const SIG_SETMASK = 2;
const SIGSET_SIZE = 8;

/** All 64 signals. The kernel leaves SIGKILL and SIGSTOP out. */
export const ALL_SIGNALS: Uint8Array = new Uint8Array(SIGSET_SIZE).fill(0xff);

/**
 * Host, before anything is made that a signal would leave behind: from now on signals wait, until
 * `planSupervise` or `planRelay` takes them. SIGCHLD must not be ignored, or the kernel would reap the
 * container and its exit code be lost; a program's `prologue` sees to that.
 *
 * @man rt_sigprocmask(2)
 */
export function blockSignals(): Op[] {
  return [sys('rt_sigprocmask', [SIG_SETMASK, ALL_SIGNALS, null, SIGSET_SIZE], { say: 'hold back signals' })];
}

/** Container, before execve: lets signals through, whatever the launcher's mask was. */
export function unblockSignals(): Op[] {
  return [sys('rt_sigprocmask', [SIG_SETMASK, new Uint8Array(SIGSET_SIZE), null, SIGSET_SIZE], { say: 'let signals through' })];
}

/**
 * Sends a signal that came to us on to the container, as runc does: SIGURG is nobody's, SIGCHLD and
 * SIGWINCH are ours, and so is SIGPIPE, which our own writing causes.
 */
export function forwardSignal(
  signal: Reg,
  pidfd: Reg,
  ways: { readonly next: Label; readonly child: Label; readonly resize: Label },
): Op[] {
  return [
    branch(signal, '==', SIG.CHLD, ways.child),
    branch(signal, '==', SIG.WINCH, ways.resize),
    branch(signal, '==', SIG.URG, ways.next),
    branch(signal, '==', SIG.PIPE, ways.next),
    sys('pidfd_send_signal', [pidfd, signal, null, 0], { unless: { errno: 'any' } }),
  ];
}
