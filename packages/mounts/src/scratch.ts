import { type Buf, buf, type Reg, reg } from '@standpipe/program';

/** Registers and buffers that mounts use one after the other, so that hundreds of them need no more. */
export interface Scratch {
  /** What is mounted upon. */
  readonly target: Reg;
  /** What is mounted, or bound. */
  readonly tree: Reg;
  /** A filesystem's context. */
  readonly context: Reg;
  readonly value: Reg;
  readonly other: Reg;
  readonly statfs: Buf;
  readonly statx: Buf;
}

export function scratch(): Scratch {
  return {
    target: reg('target'),
    tree: reg('tree'),
    context: reg('context'),
    value: reg('value'),
    other: reg('other value'),
    statfs: buf('statfs', 120),
    statx: buf('statx', 256),
  };
}
