import { type Buf, type BufRef, branch, buf, compute, here, label, type Op, type Reg, reg, set, store, sys } from '@standpipe/program';

/** How much of a hook's output is kept: its end. A power of two. */
export const OUTPUT_KEPT = 4096;
/** More reads in a row than what a pipe holds: who writes without end, and stays behind a hook that has ended, must not hold us. */
const READS = 64;

/** What a hook writes. Its end is kept, in a ring: byte n lies at n modulo its size. */
export interface Output {
  readonly fd: Reg;
  readonly ring: Buf;
  /** Where the next byte goes. */
  readonly position: Reg;
  /** How much there was in all. */
  readonly total: Reg;
  /** For the reading. */
  readonly scratch: { readonly address: Reg; readonly room: Reg; readonly count: Reg; readonly reads: Reg };
}

export function outputOf(fd: Reg): Output {
  const scratch = { address: reg('address'), room: reg('room'), count: reg('count'), reads: reg('reads') };
  return { fd, ring: buf('output', OUTPUT_KEPT), position: reg('output position'), total: reg('output length'), scratch };
}

export function forgetOutput({ position, total }: Output): Op[] {
  return [set(position, 0), set(total, 0)];
}

/** Takes what is there, without waiting. At its end nobody polls it any longer: `polled` is the fd's place in a struct pollfd. */
export function drain({ fd, ring, position, total, scratch }: Output, polled: BufRef): Op[] {
  const { address, room, count, reads } = scratch;
  const [more, some, drained] = [label('more output'), label('some output'), label('output drained')];
  return [
    set(reads, 0),
    here(more),
    compute(address, ring, '+', position),
    compute(room, OUTPUT_KEPT, '-', position),
    sys('read', [fd, address, room], { to: count, unless: { errno: 'any', goto: drained } }),
    branch(count, '!=', 0, some),
    store(polled, 4, -1),
    branch(count, '==', 0, drained),
    here(some),
    compute(total, total, '+', count),
    compute(position, position, '+', count),
    compute(position, position, '&', OUTPUT_KEPT - 1),
    compute(reads, reads, '+', 1),
    branch(reads, '<', READS, more),
    here(drained),
  ];
}

/** Writes the kept bytes in their order into a pipe; `length` gets their number. */
export function pour({ ring, position, total }: Output, into: Reg, length: Reg): Op[] {
  const [address, older] = [reg('address'), reg('older')];
  const [wrapped, poured] = [label('ring is full'), label('output poured')];
  return [
    set(length, total),
    branch(total, '>=', OUTPUT_KEPT, wrapped),
    sys('write', [into, ring, total], { unless: { errno: 'any' } }),
    branch(total, '<', OUTPUT_KEPT, poured),
    here(wrapped),
    set(length, OUTPUT_KEPT),
    compute(address, ring, '+', position),
    compute(older, OUTPUT_KEPT, '-', position),
    sys('write', [into, address, older], { unless: { errno: 'any' } }),
    sys('write', [into, ring, position], { unless: { errno: 'any' } }),
    here(poured),
  ];
}
