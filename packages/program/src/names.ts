import type { EncodeLayout } from './encode.js';
import type { LinkedSection, Origin, Program } from './link.js';
import { fixedRegisters } from './operand.js';

/** Where a buffer lies in the data, and what it is called. */
export interface NamedBuffer {
  readonly offset: number;
  readonly size: number;
  readonly name: string;
}

/**
 * What people call the parts of a program, and who put them there. It travels with the bytes as their
 * notes, or is left out: no part of it is needed to run.
 */
export interface Names {
  readonly sections: readonly LinkedSection[];
  /** By op. */
  readonly origins: readonly Origin[];
  /** By op: the JSON pointer to what asked for it. */
  readonly pointers: readonly (string | undefined)[];
  /** By number. */
  readonly registers: readonly string[];
  /** By the op that is jumped to. */
  readonly labels: ReadonlyMap<number, string>;
  readonly buffers: readonly NamedBuffer[];
}

/** The names of a linked program, whose registers and buffers lie as `layout` says. */
export function namesOf(program: Program, layout: EncodeLayout): Names {
  const labels = new Map<number, string>();
  for (const { op, jump } of program.ops) {
    const target = op.op === 'jump' || op.op === 'branch' ? op.to : op.op === 'syscall' ? op.unless?.goto : undefined;
    if (target !== undefined) labels.set(jump, target.name);
  }
  return {
    sections: program.sections,
    origins: program.ops.map(({ origin }) => origin),
    pointers: program.ops.map(({ op }) => op.pointer),
    registers: [...layout.registers.keys()].map(({ name }) => name),
    labels,
    buffers: layout.data.buffers(),
  };
}

/** A list as the places where its value changes: ops come in runs of one origin and one pointer. */
type Runs<T> = (readonly [from: number, value: T])[];

interface Notes {
  readonly sections: (readonly [name: string, from: number, undo: number, end: number, to: number])[];
  readonly origins: Runs<readonly [plugin: string, step: string]>;
  readonly pointers: Runs<string | null>;
  readonly registers: readonly string[];
  readonly labels: (readonly [op: number, name: string])[];
  /** By name: offset and size of each buffer called so. */
  readonly buffers: Record<string, number[]>;
}

/** Names as bytes: JSON with what repeats said once. */
export function encodeNames(names: Names): Uint8Array {
  const buffers: Record<string, number[]> = {};
  for (const { name, offset, size } of names.buffers) (buffers[name] ??= []).push(offset, size);
  const notes: Notes = {
    sections: names.sections.map(({ name, from, undo, end, to }) => [name, from, undo, end, to]),
    origins: runsOf(names.origins, (one, other) => one.plugin === other.plugin && one.step === other.step).map(([at, { plugin, step }]) => [
      at,
      [plugin, step],
    ]),
    pointers: runsOf(names.pointers, Object.is).map(([at, pointer]) => [at, pointer ?? null]),
    registers: names.registers.slice(fixedRegisters.length),
    labels: [...names.labels],
    buffers,
  };
  return Buffer.from(JSON.stringify(notes), 'utf8');
}

/** Reads names back; undefined when there are none. Notes are for people, so ones that make no sense are as none. */
export function decodeNames(bytes: Uint8Array, opCount: number): Names | undefined {
  let notes: Notes;
  try {
    notes = JSON.parse(Buffer.from(bytes).toString('utf8')) as Notes;
  } catch {
    return undefined;
  }
  if (!isNotes(notes)) return undefined;
  return {
    sections: notes.sections.map(([name, from, undo, end, to]) => ({ name, from, undo, end, to })),
    origins: listOf(notes.origins, opCount).map((origin) => ({ plugin: origin?.[0] ?? '', step: origin?.[1] ?? '' })),
    pointers: listOf(notes.pointers, opCount).map((pointer) => pointer ?? undefined),
    registers: [...fixedRegisters.map(({ name }) => name), ...notes.registers],
    labels: new Map(notes.labels),
    buffers: Object.entries(notes.buffers).flatMap(([name, places]) =>
      Array.from({ length: places.length / 2 }, (_, index) => ({ name, offset: places[2 * index] ?? 0, size: places[2 * index + 1] ?? 0 })),
    ),
  };
}

function runsOf<T>(list: readonly T[], same: (one: T, other: T) => boolean): Runs<T> {
  const runs: Runs<T> = [];
  for (const [at, value] of list.entries()) {
    const last = runs.at(-1);
    if (last === undefined || !same(last[1], value)) runs.push([at, value]);
  }
  return runs;
}

function listOf<T>(runs: Runs<T>, length: number): (T | undefined)[] {
  const list: (T | undefined)[] = Array.from({ length });
  for (const [index, [from, value]] of runs.entries()) list.fill(value, from, runs[index + 1]?.[0] ?? length);
  return list;
}

const isPlace = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isText = (value: unknown): boolean => typeof value === 'string';
const isList = (value: unknown, ...shape: ((item: unknown) => boolean)[]): boolean =>
  Array.isArray(value) &&
  (shape.length === 1 ? value.every((item) => shape[0]?.(item)) : value.length === shape.length && shape.every((is, at) => is(value[at])));

function isNotes(value: unknown): value is Notes {
  if (typeof value !== 'object' || value === null) return false;
  const { sections, origins, pointers, registers, labels, buffers } = value as Record<keyof Notes, unknown>;
  return (
    isList(sections, (item) => isList(item, isText, isPlace, isPlace, isPlace, isPlace)) &&
    isList(origins, (item) => isList(item, isPlace, (origin) => isList(origin, isText, isText))) &&
    isList(pointers, (item) => isList(item, isPlace, (pointer) => pointer === null || isText(pointer))) &&
    isList(registers, isText) &&
    isList(labels, (item) => isList(item, isPlace, isText)) &&
    typeof buffers === 'object' &&
    buffers !== null &&
    Object.values(buffers).every((places) => isList(places, isPlace))
  );
}
