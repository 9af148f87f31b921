import { disarmParentDeath, sendReady } from '@standpipe/namespaces';
import { branch, closeFd, compute, here, label, type Op, reg, type Reg, set, sys } from '@standpipe/program';
import type { SharedRegisters, StartGate } from '@standpipe/runtime-api';

const FD_MAX = 0xffff_ffff;

/**
 * The container half, all set up, lets go of the host half and waits to be started. Until then it holds no fd but
 * the standard streams, the preserved ones and the socket that it waits on: the host half's lock on the state directory goes with the others.
 */
export function awaitStart(gate: StartGate, { sync, preserveFds }: { sync: SharedRegisters['sync']; preserveFds: number }): Op[] {
  return [
    ...closeAllBut(gate.socket, sync.container, 3 + preserveFds),
    ...disarmParentDeath(),
    ...sendReady(sync),
    closeFd(sync.container),
    // What is opened next may get its number.
    set(sync.container, -1),
    ...gate.wait,
  ];
}

/** Closes the fds from `first` up, but for two. @man close_range(2) */
function closeAllBut(one: Reg, other: Reg, first: number): Op[] {
  const [low, high, to, from] = [reg('lower fd'), reg('higher fd'), reg('last to close'), reg('first to close')];
  const ordered = label('in order');
  // EINVAL: there is none between them.
  const close = (begin: Reg | number, end: Reg | number): Op =>
    sys('close_range', [begin, end, 0], {
      unless: { errno: ['EINVAL'] },
      say: 'close the file descriptors that a waiting container has no business with',
    });
  return [
    set(low, one),
    set(high, other),
    branch(low, '<', high, ordered),
    set(low, other),
    set(high, one),
    here(ordered),
    compute(to, low, '-', 1),
    close(first, to),
    compute(from, low, '+', 1),
    compute(to, high, '-', 1),
    close(from, to),
    compute(from, high, '+', 1),
    close(from, FD_MAX),
  ];
}
