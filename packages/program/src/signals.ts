import { branch, compute, here, label, type Op, set, sys } from './op.js';
import { reg } from './operand.js';

const SIG_SETMASK = 2;
const SIGSET_SIZE = 8;
const SIGACTION_SIZE = 32;
const SIGNALS = 64;

/**
 * Gives every signal its default disposition and unblocks all of them: execve(2) keeps what was
 * ignored and what was blocked, and whoever started us may have ignored SIGPIPE or blocked SIGCHLD.
 *
 * @man signal(7), sigprocmask(2)
 */
export function resetSignals(): Op[] {
  const signal = reg('signal');
  const next = label('next signal');
  // struct sigaction: handler SIG_DFL, no flags, no restorer, empty mask.
  const sigDefault = new Uint8Array(SIGACTION_SIZE);
  return [
    set(signal, 1),
    here(next),
    // EINVAL: SIGKILL and SIGSTOP have no other disposition.
    sys('rt_sigaction', [signal, sigDefault, null, SIGSET_SIZE], { unless: { errno: ['EINVAL'] }, say: 'reset the signals' }),
    compute(signal, signal, '+', 1),
    branch(signal, '<', SIGNALS + 1, next),
    sys('rt_sigprocmask', [SIG_SETMASK, new Uint8Array(SIGSET_SIZE), null, SIGSET_SIZE], { say: 'unblock the signals' }),
  ];
}
