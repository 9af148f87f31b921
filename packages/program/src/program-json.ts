import { errnoName, syscallName } from '@standpipe/syscalls';
import { type DecodedOp, type DecodedOperand, type DecodedProgram, textAt } from './decode.js';
import { OpDescriber } from './describe-op.js';
import { decoded, isUndoing, lineOf } from './disassemble.js';
import { computations, tests } from './format.js';
import type { LinkedSection, Program } from './link.js';

/** An argument: a number (as text when it exceeds a double), a register, or a place in the data and what it holds. */
export type JsonOperand =
  | number
  | string
  | { readonly register: string }
  | { readonly text: string }
  | { readonly offset: number; readonly size: number; readonly buffer?: string | undefined; readonly hex?: string | undefined };

/** An op in parts, and as one line. */
export interface JsonOp {
  readonly index: number;
  readonly op: DecodedOp['code'];
  /** The op as `disassemble` shows it. */
  readonly text: string;
  /** Name of the system call. */
  readonly syscall?: string | undefined;
  /** The test of a branch, the sign of a computation, the bytes of a load or store. */
  readonly by?: string | number | undefined;
  readonly args: readonly JsonOperand[];
  readonly to?: string | undefined;
  readonly unless?: readonly string[] | 'any' | undefined;
  readonly fail: number;
  readonly jump: number;
  readonly undoing: boolean;
  readonly plugin?: string | undefined;
  readonly step?: string | undefined;
  readonly pointer?: string | undefined;
  readonly say?: string | undefined;
}

/** What `programToJson` gives. */
export interface JsonProgram {
  readonly arch: string;
  /** Which standpipe-init runs it, in hex. */
  readonly initId: string;
  readonly sections: readonly LinkedSection[];
  readonly ops: readonly JsonOp[];
}

/** A program for other programs to read: what `disassemble` shows, in parts. */
export function programToJson(program: Program | DecodedProgram): JsonProgram {
  const source = decoded(program);
  const { names, arch } = source;
  const describer = new OpDescriber(source);
  return {
    arch,
    initId: `0x${source.initId.toString(16)}`,
    sections: names?.sections ?? [],
    ops: source.ops.map((op, index): JsonOp => ({
      index,
      op: op.code,
      text: lineOf(source, index, describer),
      syscall: op.code === 'syscall' ? syscallName(op.number, arch) : undefined,
      by: byOf(op),
      // A report's fourth are the texts of all errnos.
      args: op.operands.slice(0, op.code === 'report' ? 3 : 6).map((operand) => operandToJson(operand, source, describer)),
      to: op.dst === undefined ? undefined : describer.register(op.dst),
      unless: op.errnos === 'any' ? 'any' : op.errnos.length > 0 ? op.errnos.map(errnoName) : undefined,
      fail: op.fail,
      jump: op.jump,
      undoing: isUndoing(names?.sections, index),
      plugin: names?.origins[index]?.plugin,
      step: names?.origins[index]?.step,
      pointer: names?.pointers[index],
      say: op.message,
    })),
  };
}

function byOf(op: DecodedOp): string | number | undefined {
  if (op.code === 'branch') return tests[op.sub];
  if (op.code === 'compute') return computations[op.sub];
  return op.code === 'load' || op.code === 'store' ? op.sub : undefined;
}

function operandToJson(operand: DecodedOperand, { data }: DecodedProgram, describer: OpDescriber): JsonOperand {
  switch (operand.kind) {
    case 'none':
      return 0;
    case 'immediate': {
      const number = Number(operand.value);
      return Number.isSafeInteger(number) ? number : String(operand.value);
    }
    case 'register':
      return { register: describer.register(operand.register) };
    default: {
      const { offset, extent } = operand;
      const bytes = data.subarray(offset, offset + extent);
      const buffer = describer.bufferAt(offset)?.name;
      if (buffer === undefined && extent > 0 && bytes.indexOf(0) === extent - 1) return { text: textAt(data, offset) };
      return { offset, size: extent, buffer, hex: bytes.length === 0 ? undefined : Buffer.from(bytes).toString('hex') };
    }
  }
}
