import { CLD, P, W } from '@standpipe/syscalls';
import { at, branch, buf, compute, here, jump, label, type Label, load, type Op, type Reg, reg, set, sys } from '@standpipe/program';
import { ALL_SIGNALS, forwardSignal } from './signals.js';

export interface SuperviseRegs {
  /** pidfd of the container's process, a child of ours. */
  readonly pidfd: Reg;
  /** Gets the process's exit status, or 128 and the number of the signal that killed it. */
  readonly code: Reg;
}

const SIGINFO_SIZE = 128;
const siginfoField = { signo: 0, code: 8, status: 24 } as const;

/** Reaps the container's process and sets `code`; goes to `alive` when it has not ended. Other children are left alone. */
export function reapContainer({ pidfd, code }: SuperviseRegs, alive: Label): Op[] {
  const info = buf('siginfo', SIGINFO_SIZE);
  const value = reg('siginfo');
  const done = label('reaped');
  return [
    sys('waitid', [P.PIDFD, pidfd, info, W.EXITED | W.NOHANG, null], { say: "wait for the container's process" }),
    load(at(info, siginfoField.signo), 4, value),
    branch(value, '==', 0, alive),
    load(at(info, siginfoField.status), 4, code),
    load(at(info, siginfoField.code), 4, value),
    branch(value, '==', CLD.EXITED, done),
    compute(code, code, '+', 128),
    here(done),
  ];
}

/**
 * Stays with a container that has the standard streams for itself: passes signals on until its process
 * has ended. Signals must be held back (`blockSignals`) since before the process was made.
 *
 * @man rt_sigtimedwait(2), waitid(2)
 * @kernel 5.4
 */
export function planSupervise(regs: SuperviseRegs): Op[] {
  const signal = reg('signal');
  const [wait, look] = [label('wait for a signal'), label('look after the process')];
  return [
    set(regs.code, 0),
    jump(look),
    here(wait),
    sys('rt_sigtimedwait', [ALL_SIGNALS, null, null, ALL_SIGNALS.length], {
      to: signal,
      unless: { errno: ['EINTR', 'EAGAIN'], goto: wait },
      say: 'wait for a signal',
    }),
    ...forwardSignal(signal, regs.pidfd, { next: wait, child: look, resize: wait }),
    jump(wait),
    here(look),
    ...reapContainer(regs, wait),
  ];
}
