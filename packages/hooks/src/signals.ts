import { O } from '@standpipe/syscalls';
import { type Op, type Reg, sys } from '@standpipe/program';

/** The same on every architecture that Linux still runs on but alpha, mips, parisc and sparc. @man signal(7) */
export const SIGKILL = 9;
export const SIGCHLD = 17;

const SIG_BLOCK = 0;
export const SIGSET_SIZE = 8;

/** SIGHUP, SIGINT, SIGQUIT and SIGTERM: who sends one wants the process to end. */
const ending = new Uint8Array([0b0000_0111, 0b0100_0000, 0, 0, 0, 0, 0, 0]);

/** Holds the signals back that ask the process to end: a hook is waited for where they can be seen. @man rt_sigprocmask(2) */
export function holdSignals(): Op {
  return sys('rt_sigprocmask', [SIG_BLOCK, ending, null, SIGSET_SIZE], { say: 'hold back signals' });
}

/** Opens an fd that can be read when one of these signals waits. @man signalfd(2) */
export function watchSignals(to: Reg, say: string): Op {
  return sys('signalfd4', [-1, ending, SIGSET_SIZE, O.CLOEXEC | O.NONBLOCK], { to, say });
}
