import { type Buf, branch, buf, compute, here, jump, label, load, type Op, type Reg, reg, set, store, sys } from '@standpipe/program';
import type { Pipe } from './pipe.js';

const SPACE = 0x20;
const DELETE = 0x7f;
/** What U+0080 to U+009F begin with in UTF-8. */
const C1_LEAD = 0xc2;
const tolerant = { unless: { errno: 'any' } } as const;

/**
 * Takes `length` bytes out of a pipe, which has nothing else in it, and puts them into `into` as one line: control characters become
 * spaces, for who prints the line has a terminal that would obey them, and there are none at its ends. `length` becomes that of the line.
 *
 * Ops address no byte by a register, so the bytes go round: each is read at the pipe's one end and written at its other.
 */
export function tidy(rotating: Pipe, into: Buf, length: Reg): Op[] {
  const cell = buf('byte', 1);
  const [byte, before, index, written, visibleUntil] = [
    reg('byte'),
    reg('byte before'),
    reg('index'),
    reg('written'),
    reg('visible until'),
  ];
  const [next, blank, visible, done] = [
    label('next byte'),
    label('no character to show'),
    label('a character to show'),
    label('all bytes'),
  ];
  const write = sys('write', [rotating.write, cell, 1], tolerant);
  return [
    set(index, 0),
    set(written, 0),
    set(visibleUntil, 0),
    set(byte, 0),
    here(next),
    branch(index, '>=', length, done),
    compute(index, index, '+', 1),
    set(before, byte),
    sys('read', [rotating.read, cell, 1], tolerant),
    load(cell, 1, byte),
    branch(byte, '<', SPACE + 1, blank),
    branch(byte, '==', DELETE, blank),
    branch(before, '!=', C1_LEAD, visible),
    branch(byte, '<', 0x80, visible),
    branch(byte, '>=', 0xa0, visible),
    here(blank),
    branch(written, '==', 0, next),
    store(cell, 1, SPACE),
    write,
    compute(written, written, '+', 1),
    jump(next),
    here(visible),
    write,
    compute(written, written, '+', 1),
    set(visibleUntil, written),
    jump(next),
    here(done),
    sys('read', [rotating.read, into, written], tolerant),
    set(length, visibleUntil),
  ];
}
