import type { Buf, BufRef, Operand, Reg } from './operand.js';

/** A place in a program. Told apart by identity; the name is for people. */
export interface Label {
  readonly kind: 'label';
  readonly name: string;
}

/** Errno names such as `ENOENT`. */
export type Errnos = readonly string[] | 'any';

/** Errnos that are no failure: the result is the negative errno, and the program goes on at `goto`, or at the next op. */
export interface Unless {
  /** At most four, or any. */
  readonly errno: Errnos;
  readonly goto?: Label | undefined;
}

/** What every op may say about itself. Init never interprets it; errors, `explain` and `trace` do. */
export interface OpNotes {
  /** What is attempted, as an error message would begin: `mount "proc" on "/proc"`. */
  readonly say?: string | undefined;
  /** JSON pointer into config.json to what asked for this op. */
  readonly pointer?: string | undefined;
}

/** A system call. `to` gets its result, or the negative errno when `unless` tolerates it. See {@link sys}. */
export interface SyscallOp extends OpNotes {
  readonly op: 'syscall';
  readonly name: string;
  readonly args: readonly Operand[];
  readonly to?: Reg | undefined;
  readonly unless?: Unless | undefined;
}

/** The place of a label: before the next op. No op itself once linked. */
export interface LabelOp {
  readonly op: 'label';
  readonly label: Label;
}

/** Goes to `to`. */
export interface JumpOp extends OpNotes {
  readonly op: 'jump';
  readonly to: Label;
}

/** How a branch compares: signed. */
export type Test = '==' | '!=' | '<' | '>=';

/** If `(value & mask) test against`, go to `to`. Comparisons are of signed 64-bit integers. */
export interface BranchOp extends OpNotes {
  readonly op: 'branch';
  readonly value: Reg;
  readonly mask: number | bigint;
  readonly test: Test;
  readonly against: number | bigint | Reg;
  readonly to: Label;
}

/** In bytes. */
export type IntegerSize = 1 | 2 | 4 | 8;

/** Reads an integer from a buffer. One and two bytes are unsigned, four and eight signed. */
export interface LoadOp extends OpNotes {
  readonly op: 'load';
  readonly from: Buf | BufRef;
  readonly size: IntegerSize;
  readonly to: Reg;
}

/** Writes an integer into a buffer, its low bytes where it is larger. */
export interface StoreOp extends OpNotes {
  readonly op: 'store';
  readonly into: Buf | BufRef;
  readonly size: IntegerSize;
  readonly value: Operand;
}

/** Of 64-bit integers, wrapping. Shifts are by less than 64 bits, and bring in zeros. */
export type Computation = '+' | '-' | '&' | '|' | '<<' | '>>';

/** Puts `left by right` into a register. */
export interface ComputeOp extends OpNotes {
  readonly op: 'compute';
  readonly to: Reg;
  readonly left: Operand;
  readonly by: Computation;
  readonly right: Operand;
}

/** Writes a text made of pieces into a buffer, registers as decimals, with a NUL at its end. `to` gets its length. */
export interface FormatOp extends OpNotes {
  readonly op: 'format';
  readonly into: Buf | BufRef;
  /** At most four registers. Texts must not contain NUL or the bytes 1 to 4. */
  readonly parts: readonly (string | Reg)[];
  readonly to?: Reg | undefined;
}

/** Fails with an errno (0: the sentence says it all), as this op or, with `failed`, as the op of that index. */
export interface RaiseOp extends OpNotes {
  readonly op: 'raise';
  readonly errno: Operand;
  readonly failed?: Reg | undefined;
  readonly text?: Buf | undefined;
}

/** Writes the sentence of the op that failed first, with its errno's text, between `prefix` and `suffix`. */
export interface ReportOp extends OpNotes {
  readonly op: 'report';
  readonly fd: Operand;
  readonly prefix: string;
  readonly suffix: string;
  /** `json` escapes the sentence for the inside of a JSON string. */
  readonly escape: 'text' | 'json';
}

/**
 * From here on, whoever fails runs these ops first (latest first), and so does the section's regular
 * end. They run to their end whatever fails inside them; the first failure stays the one reported.
 */
export interface UndoOp {
  readonly op: 'undo';
  readonly ops: readonly Op[];
}

/** Whatever a section may be made of. */
export type Op = SyscallOp | LabelOp | JumpOp | BranchOp | LoadOp | StoreOp | ComputeOp | FormatOp | RaiseOp | ReportOp | UndoOp;

/** What a system call may be given besides its arguments. */
export interface SyscallSettings extends OpNotes {
  readonly to?: Reg | undefined;
  readonly unless?: Unless | undefined;
}

/** A system call by its kernel name, with the manual's argument order. */
export function sys(name: string, args: readonly Operand[], settings: SyscallSettings = {}): SyscallOp {
  return { op: 'syscall', name, args, ...settings };
}

/** Makes a label, to be placed with {@link here}. */
export function label(name: string): Label {
  return { kind: 'label', name };
}

/** Puts a label here. */
export function here(target: Label): LabelOp {
  return { op: 'label', label: target };
}

/** Goes to a label. */
export function jump(to: Label): JumpOp {
  return { op: 'jump', to };
}

/** Goes to `to` when the register (masked, if `mask` is given) compares true. */
export function branch(value: Reg, test: Test, against: number | bigint | Reg, to: Label, mask: number | bigint = -1): BranchOp {
  return { op: 'branch', value, mask, test, against, to };
}

/** Reads an integer from a buffer: of one or two bytes unsigned, of four or eight signed. */
export function load(from: Buf | BufRef, size: IntegerSize, to: Reg): LoadOp {
  return { op: 'load', from, size, to };
}

/** Writes an integer, or an address, into a buffer. */
export function store(into: Buf | BufRef, size: IntegerSize, value: Operand): StoreOp {
  return { op: 'store', into, size, value };
}

/** Computes with two values. */
export function compute(to: Reg, left: Operand, by: Computation, right: Operand): ComputeOp {
  return { op: 'compute', to, left, by, right };
}

/** Copies a value into a register. */
export function set(to: Reg, value: Operand): ComputeOp {
  return compute(to, value, '+', 0);
}

/** Writes a text of pieces and registers into a buffer; `to` gets its length. Fails with ENAMETOOLONG where it and its NUL don't fit. */
export function format(into: Buf | BufRef, parts: readonly (string | Reg)[], to?: Reg): FormatOp {
  return { op: 'format', into, parts, to };
}

/** How an op fails. */
export interface RaiseSettings {
  readonly errno?: Operand | undefined;
  readonly pointer?: string | undefined;
  /** Fail as the op of that index. */
  readonly failed?: Reg | undefined;
  /** Holds the sentence by then, with a NUL behind it, where `say` can't know it: such as what another program has to say. */
  readonly text?: Buf | undefined;
}

/** Fails with a sentence, and with an errno when there is one to name. */
export function raise(say: string, { errno = 0, pointer, failed, text }: RaiseSettings = {}): RaiseOp {
  return { op: 'raise', errno, say, pointer, failed, text };
}

/** Ops that run when something behind fails, and at the section's end. See {@link UndoOp}. */
export function undo(ops: readonly Op[]): UndoOp {
  return { op: 'undo', ops };
}
