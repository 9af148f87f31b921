import { labelMisplaced, labelTwice, sectionWithoutEnd, undoMustTolerate } from './errors.js';
import type { Label, Op } from './op.js';

/** Who put an op into the program. */
export interface Origin {
  readonly plugin: string;
  readonly step: string;
}

/** Ops of one origin, in order. */
export interface Fragment {
  readonly origin: Origin;
  readonly ops: readonly Op[];
}

/**
 * The part of a program that one process runs: the host half, the container half. When a section's
 * ops end, or one fails, its undos run in reverse, and then `end`, which must not return.
 */
export interface Section {
  readonly name: string;
  /** Lies before the section's first op: where the clone's child branches to. */
  readonly start: Label;
  readonly fragments: readonly Fragment[];
  readonly end: Fragment;
}

/** What `link` takes. */
export interface ProgramSource {
  /** The first section's first op is where the program begins. */
  readonly sections: readonly Section[];
}

/** An op that the executor knows: what the symbolic one became, with its neighbours' indices. */
export interface LinkedOp {
  readonly op: Exclude<Op, { op: 'label' } | { op: 'undo' }>;
  readonly origin: Origin;
  /** Where to go on when it fails. */
  readonly fail: number;
  /** Where a jump, a true branch, or a tolerated errno leads. */
  readonly jump: number;
  /** Part of an undo or of the end: runs after a failure, and never becomes the one reported. */
  readonly undoing: boolean;
}

/** Where a section's parts lie in the program. */
export interface LinkedSection {
  readonly name: string;
  /** Index of the first op, of the first undo op, of the first op of the end, and one past the last. */
  readonly from: number;
  readonly undo: number;
  readonly end: number;
  readonly to: number;
}

/** A program: ops with every place resolved to an index. Still data by name; `encode` makes the bytes. */
export interface Program {
  readonly ops: readonly LinkedOp[];
  readonly sections: readonly LinkedSection[];
}

type Emitted = LinkedOp['op'];

interface Draft {
  op: Emitted;
  origin: Origin;
  fail: number;
  undoing: boolean;
}

/**
 * Lays the sections out one behind the other and resolves labels and undo chains to op indices.
 *
 * An op that fails goes to the latest undo registered before it; so the unwinding needs no state in
 * the executor, and is there to be read in the program.
 *
 * @throws PlumbingError `PROGRAM_LABEL` for a label placed twice or never, `PROGRAM_UNDO` for an undo op that could fail,
 * `PROGRAM_SECTION` for an end that a process would run out of.
 */
export function link(source: ProgramSource): Program {
  const drafts: Draft[] = [];
  const places = new Map<Label, number>();
  const sections: LinkedSection[] = [];
  /** Labels with nothing behind them in their section: what follows is another process's business. */
  const behindEnds = new Set<Label>();

  const place = (target: Label): void => {
    if (places.has(target)) throw labelTwice(target.name);
    places.set(target, drafts.length);
  };

  for (const section of source.sections) {
    const from = drafts.length;
    /** Undo blocks in the order in which they were registered, and the ops that fail into each. */
    const undos: { ops: readonly Op[]; origin: Origin }[] = [];
    const failing: number[][] = [[]];
    place(section.start);

    for (const { origin, ops } of section.fragments) {
      for (const op of ops) {
        if (op.op === 'label') place(op.label);
        else if (op.op === 'undo') {
          undos.push({ ops: op.ops, origin });
          failing.push([]);
        } else {
          failing.at(-1)?.push(drafts.length);
          drafts.push({ op, origin, fail: -1, undoing: false });
        }
      }
    }

    const undo = drafts.length;
    const settle = (depth: number): void => {
      for (const index of failing[depth] ?? []) {
        const draft = drafts[index];
        if (draft !== undefined) draft.fail = drafts.length;
      }
    };
    const emitUndo = (ops: readonly Op[], origin: Origin): void => {
      for (const op of ops) {
        if (op.op === 'label') place(op.label);
        else if (op.op === 'undo') throw undoMustTolerate('undo', origin);
        else {
          if (op.op === 'raise') throw undoMustTolerate('raise', origin);
          if (op.op === 'syscall' && op.unless !== undefined && op.unless.errno !== 'any') throw undoMustTolerate(op.name, origin);
          const tolerant: Emitted = op.op === 'syscall' && op.unless === undefined ? { ...op, unless: { errno: 'any' } } : op;
          drafts.push({ op: tolerant, origin, fail: drafts.length + 1, undoing: true });
        }
      }
    };
    for (let depth = undos.length; depth > 0; depth--) {
      settle(depth);
      const block = undos[depth - 1];
      if (block !== undefined) emitUndo(block.ops, block.origin);
    }
    settle(0);
    const end = drafts.length;
    emitUndo(section.end.ops, section.end.origin);
    if (!isEnding(drafts.slice(end).at(-1)?.op)) throw sectionWithoutEnd(section.name);
    for (const [target, index] of places) if (index === drafts.length) behindEnds.add(target);
    sections.push({ name: section.name, from, undo, end, to: drafts.length });
  }

  const last = drafts.length - 1;
  const find = (target: Label): number => {
    const index = places.get(target);
    if (index === undefined || behindEnds.has(target)) throw labelMisplaced(target.name);
    return index;
  };
  const ops = drafts.map(({ op, origin, fail, undoing }, index): LinkedOp => {
    const next = Math.min(index + 1, last);
    return { op, origin, fail: Math.min(fail, last), jump: targetOf(op, find) ?? next, undoing };
  });
  return { ops, sections };
}

/** Whether no process gets past it. */
function isEnding(op: Emitted | undefined): boolean {
  return op?.op === 'jump' || (op?.op === 'syscall' && (op.name === 'exit_group' || op.name === 'exit'));
}

function targetOf(op: Emitted, find: (target: Label) => number): number | undefined {
  if (op.op === 'jump' || op.op === 'branch') return find(op.to);
  if (op.op === 'syscall' && op.unless?.goto !== undefined) return find(op.unless.goto);
  return undefined;
}

/** Makes a section of plain ops with one origin: enough for tests and for libraries used alone. */
export function section(name: string, start: Label, ops: readonly Op[], end: readonly Op[], origin: Origin): Section {
  return { name, start, fragments: [{ origin, ops }], end: { origin, ops: end } };
}
