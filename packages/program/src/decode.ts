import { checkProgram, type CheckSettings } from './check.js';
import { malformedProgram } from './errors.js';
import {
  dataOffset,
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
  PROGRAM_VADDR,
} from './format.js';
import type { InitArch } from './init-image.js';
import { decodeNames, type Names } from './names.js';

/** An operand as its bytes have it. */
export type DecodedOperand =
  | { readonly kind: 'none' }
  | { readonly kind: 'immediate'; readonly value: bigint }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'data'; readonly offset: number; readonly extent: number };

/** An op as its bytes have it. */
export interface DecodedOp {
  readonly code: keyof typeof opCode;
  /** Index of the test or computation, size of the integer, 1 for a report in JSON. */
  readonly sub: number;
  /** Register of the result. */
  readonly dst: number | undefined;
  /** Of the system call. */
  readonly number: number;
  readonly operands: readonly DecodedOperand[];
  readonly fail: number;
  readonly jump: number;
  readonly errnos: readonly number[] | 'any';
  readonly message: string | undefined;
}

/** A program read back from its bytes, as it is before its first op. */
export interface DecodedProgram {
  readonly arch: InitArch;
  readonly initId: bigint;
  readonly registerCount: number;
  readonly ops: readonly DecodedOp[];
  /** What of the data is in the file; it goes on with zeros up to `dataSize`. */
  readonly data: Uint8Array;
  readonly dataSize: number;
  /** Places in the data that hold an address, and the place which that is of. */
  readonly pointers: ReadonlyMap<number, number>;
  /** Undefined without notes. */
  readonly names: Names | undefined;
}

/**
 * Reads an encoded program, holding it to the same rules as init does.
 *
 * @throws PlumbingError `PROGRAM_MALFORMED`
 */
export function decode(bytes: Uint8Array, settings: CheckSettings = {}): DecodedProgram {
  const fault = checkProgram(bytes, settings);
  if (fault !== undefined) throw malformedProgram(fault);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const field = (name: keyof typeof headerField): number => view.getUint32(headerField[name], true);
  const [opCount, pointerCount, noteSize] = [field('opCount'), field('pointerCount'), field('noteSize')];
  const machine = view.getUint16(headerField.machine, true);
  const pointersAt = HEADER_SIZE + opCount * OP_SIZE;
  const notesAt = pointersAt + 4 * pointerCount;
  const dataAt = dataOffset(opCount, pointerCount, noteSize);
  const data = bytes.subarray(dataAt, dataAt + field('dataFileSize'));

  const pointers = new Map<number, number>();
  for (let i = 0; i < pointerCount; i++) {
    const at = view.getUint32(pointersAt + 4 * i, true);
    // One in the zeroed part is no address, and passes the check only when it is not read.
    if (at + 8 <= data.length) pointers.set(at, Number(view.getBigUint64(dataAt + at, true) - PROGRAM_VADDR) - dataAt);
  }
  return {
    arch: machine === machines.arm64 ? 'arm64' : 'x64',
    initId: view.getBigUint64(headerField.initId, true),
    registerCount: field('registerCount'),
    ops: Array.from({ length: opCount }, (_, index) => decodeOp(view, HEADER_SIZE + index * OP_SIZE, data)),
    data,
    dataSize: field('dataSize'),
    pointers,
    names: noteSize === 0 ? undefined : decodeNames(bytes.subarray(notesAt, notesAt + noteSize), opCount),
  };
}

const codes = new Map(Object.entries(opCode).map(([name, code]) => [code as number, name as keyof typeof opCode]));

function decodeOp(view: DataView, at: number, data: Uint8Array): DecodedOp {
  const kinds = view.getUint32(at + opField.kinds, true);
  const dst = view.getUint16(at + opField.dst, true);
  const message = view.getUint32(at + opField.message, true);
  const errnos = [0, 1, 2, 3].map((i) => view.getUint16(at + opField.errs + 2 * i, true));
  const operands = Array.from({ length: 6 }, (_, i): DecodedOperand => {
    const place = at + opField.args + 8 * i;
    switch ((kinds >>> (4 * i)) & 15) {
      case operandKind.immediate:
        return { kind: 'immediate', value: view.getBigInt64(place, true) };
      case operandKind.register:
        return { kind: 'register', register: view.getUint32(place, true) };
      case operandKind.data:
        return { kind: 'data', offset: view.getUint32(place, true), extent: view.getUint32(place + 4, true) };
      default:
        return { kind: 'none' };
    }
  });
  return {
    code: codes.get(view.getUint8(at + opField.code)) ?? 'jump',
    sub: view.getUint8(at + opField.sub),
    dst: dst === NO_REGISTER ? undefined : dst,
    number: view.getUint32(at + opField.number, true),
    operands: operands.slice(0, operands.findLastIndex(({ kind }) => kind !== 'none') + 1),
    fail: view.getUint32(at + opField.fail, true),
    jump: view.getUint32(at + opField.jump, true),
    errnos: errnos.includes(ERRNO_ANY) ? 'any' : errnos.filter((errno) => errno !== 0),
    message: message === NO_MESSAGE ? undefined : textAt(data, message),
  };
}

/** The NUL-terminated text there; behind the end of the file there are NULs. */
export function textAt(data: Uint8Array, offset: number): string {
  const end = data.indexOf(0, offset);
  return Buffer.from(data.subarray(offset, end < 0 ? data.length : end)).toString('utf8');
}
