import { buf, type Buf, compute, type Op, type Reg, reg, set } from '@standpipe/program';

/** Bytes on their way in one direction: `length` of them wait at the address `next`. */
export class Stream {
  readonly buffer: Buf;
  readonly next: Reg;
  readonly length: Reg;

  constructor(name: string, size: number) {
    this.buffer = buf(name, size);
    this.next = reg(`${name} next`);
    this.length = reg(`${name} length`);
  }

  /** Nothing waits. */
  empty(): Op {
    return set(this.length, 0);
  }

  /** So many bytes were read into the buffer. */
  filled(count: Reg | number): Op[] {
    return [set(this.next, this.buffer), set(this.length, count)];
  }

  /** So many were written. */
  drained(count: Reg): Op[] {
    return [compute(this.next, this.next, '+', count), compute(this.length, this.length, '-', count)];
  }
}
