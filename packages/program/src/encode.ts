import { errnoNumber, errnoText, findSyscall } from '@standpipe/syscalls';
import { DataSection, type DataRef } from './data-section.js';
import { badText, operandTooBig, unknownName } from './errors.js';
import {
  computations,
  dataOffset,
  END_MARK_SIZE,
  ERRNO_ANY,
  headerField,
  HEADER_SIZE,
  machines,
  NO_MESSAGE,
  NO_REGISTER,
  opCode,
  opField,
  operandKind,
  OP_SIZE,
  PROGRAM_MAGIC,
  PROGRAM_MAX_REGS,
  PROGRAM_MAX_SIZE,
  PROGRAM_VADDR,
  PROGRAM_VERSION,
  REPORT_JSON,
  tests,
} from './format.js';
import type { InitArch } from './init-image.js';
import type { LinkedOp, Program } from './link.js';
import type { Errnos } from './op.js';
import { retargetOpenFlags } from './open-flags.js';
import { type Buf, type BufRef, fixedRegisters, type Operand, type Reg } from './operand.js';

/** What a program is encoded for. */
export interface EncodeSettings {
  readonly arch: InitArch;
  /** Which standpipe-init the program is for; init refuses any other. */
  readonly initId: bigint;
  /** Bytes for people, such as the origins, that travel with the program. */
  readonly notes?: Uint8Array | undefined;
}

/** Errno texts as init's reports append them, indexed by errno. Made once. */
let errnoTexts: Uint8Array | undefined;

function errnoTable(): Uint8Array {
  if (errnoTexts === undefined) {
    let table = '';
    for (let errno = 0; errno <= 133; errno++) table += `${errno === 0 ? '' : errnoText(errno)}\0`;
    errnoTexts = Buffer.from(table, 'latin1');
  }
  return errnoTexts;
}

/** Which number each register has, and where each buffer lies. */
export interface EncodeLayout {
  readonly registers: ReadonlyMap<Reg, number>;
  readonly data: DataSection;
}

/** Numbers registers and lays out data, in the order in which ops name them. */
export function layOut(program: Program): EncodeLayout {
  const data = new DataSection();
  const registers = new Map<Reg, number>();
  for (const register of fixedRegisters) registers.set(register, registers.size);
  for (const { op } of program.ops) {
    forEachOperand(op, (operand) => {
      if (operand === null || typeof operand !== 'object') {
        if (typeof operand === 'string') data.text(operand);
      } else if (operand instanceof Uint8Array) data.constant(operand);
      else if (operand.kind === 'reg') {
        if (!registers.has(operand)) registers.set(operand, registers.size);
      } else data.add(operand.kind === 'ref' ? operand.buf : operand);
    });
    if (op.say !== undefined) data.text(op.say);
  }
  if (registers.size > PROGRAM_MAX_REGS) throw operandTooBig(`a program with ${String(registers.size)} registers`);
  data.finish();
  return { registers, data };
}

/**
 * Turns a program into the bytes that standpipe-init runs.
 *
 * @throws PlumbingError `PROGRAM_NAME` for a system call or errno that the architecture lacks,
 * `PROGRAM_OPERAND` for what does not fit.
 */
export function encode(program: Program, settings: EncodeSettings): Uint8Array {
  const { registers, data } = layOut(program);
  const { bytes, size, pointers } = data.content();

  const notes = settings.notes ?? new Uint8Array(0);
  const start = dataOffset(program.ops.length, pointers.length, notes.length);
  if (start + size > PROGRAM_MAX_SIZE) throw operandTooBig(`a program of ${String(start + size)} bytes`);
  const encoded = new Uint8Array(start + bytes.length);
  const view = new DataView(encoded.buffer);
  view.setUint32(headerField.magic, PROGRAM_MAGIC, true);
  view.setUint16(headerField.version, PROGRAM_VERSION, true);
  view.setUint16(headerField.machine, machines[settings.arch], true);
  view.setBigUint64(headerField.initId, settings.initId, true);
  view.setUint32(headerField.opCount, program.ops.length, true);
  view.setUint32(headerField.pointerCount, pointers.length, true);
  view.setUint32(headerField.noteSize, notes.length, true);
  view.setUint32(headerField.dataSize, size, true);
  view.setUint32(headerField.dataFileSize, bytes.length, true);
  view.setUint32(headerField.registerCount, registers.size, true);

  const writer = new OpWriter(view, data, registers, settings.arch);
  for (const [index, op] of program.ops.entries()) writer.write(HEADER_SIZE + index * OP_SIZE, op);
  encoded.set(bytes, start);
  let offset = HEADER_SIZE + program.ops.length * OP_SIZE;
  // The program is mapped at a fixed address, so pointers are final here.
  for (const { at, to } of pointers) {
    view.setUint32(offset, at, true);
    view.setBigUint64(start + at, PROGRAM_VADDR + BigInt(start + to), true);
    offset += 4;
  }
  encoded.set(notes, offset);
  retargetOpenFlags(view, program.ops.length, start, settings.arch);
  view.setBigUint64(encoded.length - END_MARK_SIZE, settings.initId, true);
  return encoded;
}

/** Visits every operand of an op, results and texts included. */
function forEachOperand(op: LinkedOp['op'], visit: (operand: Operand) => void): void {
  switch (op.op) {
    case 'syscall':
      for (const operand of op.args) visit(operand);
      if (op.to !== undefined) visit(op.to);
      return;
    case 'jump':
      return;
    case 'branch':
      visit(op.value);
      visit(op.against);
      return;
    case 'load':
      visit(op.from);
      visit(op.to);
      return;
    case 'store':
      visit(op.into);
      visit(op.value);
      return;
    case 'compute':
      visit(op.to);
      visit(op.left);
      visit(op.right);
      return;
    case 'format':
      visit(op.into);
      visit(templateOf(op.parts));
      for (const part of op.parts) if (typeof part !== 'string') visit(part);
      if (op.to !== undefined) visit(op.to);
      return;
    case 'raise':
      visit(op.errno);
      if (op.failed !== undefined) visit(op.failed);
      if (op.text !== undefined) visit(op.text);
      return;
    case 'report':
      visit(op.fd);
      visit(op.prefix);
      visit(op.suffix);
      visit(errnoTable());
  }
}

/** The template of a format op: registers become the bytes 1 to 4. */
function templateOf(parts: readonly (string | Reg)[]): string {
  let template = '';
  let registers = 0;
  for (const part of parts) {
    if (typeof part !== 'string') {
      registers += 1;
      if (registers > 4) throw operandTooBig('a format of more than four registers');
      template += String.fromCharCode(registers);
    } else {
      // eslint-disable-next-line no-control-regex -- these are exactly the bytes that a template can't hold
      if (/[\u0000-\u0004]/.test(part)) throw badText(part);
      template += part;
    }
  }
  return template;
}

class OpWriter {
  readonly #view: DataView;
  readonly #data: DataSection;
  readonly #registers: ReadonlyMap<Reg, number>;
  readonly #arch: InitArch;

  constructor(view: DataView, data: DataSection, registers: ReadonlyMap<Reg, number>, arch: InitArch) {
    this.#view = view;
    this.#data = data;
    this.#registers = registers;
    this.#arch = arch;
  }

  write(at: number, { op, fail, jump, undoing }: LinkedOp): void {
    const view = this.#view;
    view.setUint8(at + opField.code, opCode[op.op]);
    view.setUint16(at + opField.dst, NO_REGISTER, true);
    view.setUint32(at + opField.fail, fail, true);
    view.setUint32(at + opField.jump, jump, true);
    const text = (op.op === 'raise' ? op.text : undefined) ?? op.say;
    view.setUint32(at + opField.message, text === undefined ? NO_MESSAGE : this.#place(text).offset, true);
    switch (op.op) {
      case 'syscall': {
        const number = findSyscall(op.name, this.#arch);
        if (number === undefined) throw unknownName('system call', op.name);
        view.setUint32(at + opField.number, number, true);
        this.#operands(at, op.args);
        this.#result(at, op.to);
        if (op.unless !== undefined) this.#errnos(at, op.unless.errno);
        return;
      }
      case 'jump':
        return;
      case 'branch':
        view.setUint8(at + opField.sub, tests.indexOf(op.test));
        this.#operands(at, [op.value, op.mask, op.against]);
        return;
      case 'load':
        view.setUint8(at + opField.sub, op.size);
        this.#makeSure(op.from, op.size);
        this.#operands(at, [op.from]);
        this.#result(at, op.to);
        return;
      case 'store':
        view.setUint8(at + opField.sub, op.size);
        this.#makeSure(op.into, op.size);
        this.#operands(at, [op.into, op.value]);
        return;
      case 'compute':
        view.setUint8(at + opField.sub, computations.indexOf(op.by));
        this.#operands(at, [op.left, op.right]);
        this.#result(at, op.to);
        return;
      case 'format':
        this.#makeSure(op.into, 1);
        // In an undo, one that is too long must not become the failure that is reported.
        if (undoing) this.#errnos(at, 'any');
        this.#operands(at, [op.into, templateOf(op.parts), ...op.parts.filter((part) => typeof part !== 'string')]);
        this.#result(at, op.to);
        return;
      case 'raise':
        // The third is for people, who would see no text yet where the message lies.
        this.#operands(at, [op.errno, op.failed ?? -1, ...(op.text === undefined ? [] : [op.text])]);
        return;
      case 'report':
        view.setUint8(at + opField.sub, op.escape === 'json' ? REPORT_JSON : 0);
        this.#operands(at, [op.fd, op.prefix, op.suffix, errnoTable()]);
        this.#errnos(at, 'any');
    }
  }

  /** Init would refuse the program, but could not say which op. */
  #makeSure(target: Buf | BufRef, size: number): void {
    if (this.#data.resolve(target).extent < size)
      throw operandTooBig(`an integer or text at the end of buffer ${(target.kind === 'ref' ? target.buf : target).name}`);
  }

  #result(at: number, to: Reg | undefined): void {
    if (to !== undefined) this.#view.setUint16(at + opField.dst, this.#register(to), true);
  }

  #register(register: Reg): number {
    const number = this.#registers.get(register);
    if (number === undefined) throw operandTooBig(`register ${register.name}`);
    return number;
  }

  #errnos(at: number, errnos: Errnos): void {
    if (errnos === 'any') {
      this.#view.setUint16(at + opField.errs, ERRNO_ANY, true);
      return;
    }
    if (errnos.length > 4) throw operandTooBig('a list of more than four errnos');
    for (const [i, name] of errnos.entries()) {
      const number = errnoNumber(name);
      if (number === undefined) throw unknownName('errno', name);
      this.#view.setUint16(at + opField.errs + 2 * i, number, true);
    }
  }

  #operands(at: number, operands: readonly Operand[]): void {
    if (operands.length > 6) throw operandTooBig('an op with more than six operands');
    let kinds = 0;
    for (const [i, operand] of operands.entries()) {
      const place = at + opField.args + 8 * i;
      let kind: number = operandKind.immediate;
      if (operand === null) this.#view.setBigInt64(place, 0n, true);
      else if (typeof operand === 'number' || typeof operand === 'bigint') {
        this.#view.setBigInt64(place, BigInt.asIntN(64, BigInt(operand)), true);
      } else if (typeof operand === 'object' && 'kind' in operand && operand.kind === 'reg') {
        kind = operandKind.register;
        this.#view.setBigUint64(place, BigInt(this.#register(operand)), true);
      } else {
        kind = operandKind.data;
        const { offset, extent } = this.#place(operand);
        this.#view.setUint32(place, offset, true);
        this.#view.setUint32(place + 4, extent, true);
      }
      kinds |= kind << (4 * i);
    }
    this.#view.setUint32(at + opField.kinds, kinds, true);
  }

  #place(operand: string | Uint8Array | Buf | BufRef): DataRef {
    if (typeof operand === 'string') return this.#data.text(operand);
    if (operand instanceof Uint8Array) return this.#data.constant(operand);
    return this.#data.resolve(operand);
  }
}
