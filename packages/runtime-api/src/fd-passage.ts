import { type Slot, slot } from '@standpipe/kernel';
import type { Op, Reg } from '@standpipe/program';

/** How the container half hands an fd to the host half, which must take it at that point of its own ops. */
export interface FdPassage {
  /** Container half. */
  readonly hand: (fd: Reg, what: string) => readonly Op[];
  /** Host half: fails as the container half did, if that came first. */
  readonly take: (to: Reg, what: string) => readonly Op[];
  /** Container half: closes the fd, and waits until the host half has done with it what it was for. */
  readonly wait: (fd: Reg) => readonly Op[];
  /** Host half: it has. */
  readonly release: readonly Op[];
}

export const FdPassage: Slot<FdPassage> = slot<FdPassage>('init.fd-passage');
