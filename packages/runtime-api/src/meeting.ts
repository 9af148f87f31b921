import { type Slot, slot } from '@standpipe/kernel';
import type { Op } from '@standpipe/program';

/** Where the container half waits, in the middle of its set-up, for something that the host half does. */
export interface Meeting {
  /** Container half: tells the host half that it is here, and waits. */
  readonly reach: () => readonly Op[];
  /** Host half: waits for the container half, runs `ops`, and lets it go on. Fails as the container half did, if that came first. */
  readonly hold: (ops: readonly Op[]) => readonly Op[];
}

export const Meeting: Slot<Meeting> = slot<Meeting>('init.meeting');
