import { type Slot, slot } from '@standpipe/kernel';
import type { Op, Reg } from '@standpipe/program';

/** How a container that is only created waits to be started. Whoever keeps its state provides it. */
export interface StartGate {
  /** The container half's fd that must stay open meanwhile. */
  readonly socket: Reg;
  /** Container half: waits. */
  readonly wait: readonly Op[];
  /** Container half, after a failure: tells it to who started the container. */
  readonly tell: readonly Op[];
}

/** Empty where nothing keeps the state of containers. */
export const StartGate: Slot<StartGate> = slot<StartGate>('state.start-gate');
