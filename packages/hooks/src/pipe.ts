import { F, O } from '@standpipe/syscalls';
import { at, buf, load, type Op, type Reg, reg, sys } from '@standpipe/program';

/** The two ends of a pipe. */
export interface Pipe {
  readonly read: Reg;
  readonly write: Reg;
}

export function pipe(name: string): Pipe {
  return { read: reg(`${name} to read`), write: reg(`${name} to write`) };
}

/** Makes a pipe, both ends close-on-exec. @man pipe2(2) */
export function openPipe({ read, write }: Pipe, say: string, flags = 0): Op[] {
  const pair = buf('pipe', 8);
  return [sys('pipe2', [pair, O.CLOEXEC | flags], { say }), load(pair, 4, read), load(at(pair, 4), 4, write)];
}

/** Reading from it never waits; writing does, as whoever has its other end expects. */
export function neverWait(read: Reg, say: string): Op {
  return sys('fcntl', [read, F.SETFL, O.NONBLOCK], { say });
}
