import { PR } from '@standpipe/syscalls';
import { blockOnStandardStreams, closeFrom, fillStandardStreams } from './fds.js';
import { type Op, sys } from './op.js';
import { resetSignals } from './signals.js';

/** What `prologue` leaves as it is. */
export interface PrologueSettings {
  /**
   * How many fds from 3 up stay open: those to preserve, a control socket. All above are closed. When
   * left out, none is closed here.
   */
  readonly keepFds?: number | undefined;
}

/**
 * The first ops of a program that stays, as a supervisor does: undoes what execve(2) kept from whoever
 * started it. Signals do what they do by default and none is blocked; the standard streams are open
 * and block; inherited fds are closed; and `ps` shows standpipe-init, where the kernel put the number
 * of the fd that it was executed from.
 */
export function prologue({ keepFds }: PrologueSettings = {}): Op[] {
  return [
    ...fillStandardStreams(),
    ...blockOnStandardStreams(),
    ...(keepFds === undefined ? [] : [closeFrom(3 + keepFds)]),
    ...resetSignals(),
    sys('prctl', [PR.SET_NAME, 'standpipe-init', 0, 0, 0], { say: 'name the process' }),
  ];
}
