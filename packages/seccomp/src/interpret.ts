import { badInstruction } from './errors.js';
import { outcomeOf } from './graph.js';
import { BPF, DATA_ARCH, DATA_ARGS, DATA_NR, DATA_SIZE, type Instruction, type Jump } from './instruction.js';

/** A system call as a filter meets it: struct seccomp_data. */
export interface Call {
  readonly nr: number;
  /** AUDIT_ARCH_*. */
  readonly audit: number;
  /** Up to six; what is left out is 0. */
  readonly args?: readonly (number | bigint)[];
  readonly instructionPointer?: bigint;
}

/** What a filter came to, and how. */
export interface Run {
  /** What the kernel would be told. */
  readonly value: number;
  /** The instructions on the way, by index. */
  readonly path: readonly number[];
}

const MEMORY_WORDS = 16;

const jumpNames: Readonly<Record<number, Jump>> = { [BPF.JEQ]: 'jeq', [BPF.JGT]: 'jgt', [BPF.JGE]: 'jge', [BPF.JSET]: 'jset' };

/**
 * Runs a filter for one call, as the kernel does. Any filter that seccomp(2) takes, whoever made it.
 *
 * @throws PlumbingError `BPF_INVALID` for an instruction that seccomp(2) doesn't take, or that leads out of the filter
 */
export function interpret(filter: readonly Instruction[], call: Call, littleEndian = true): Run {
  const data = dataOf(call, littleEndian);
  const memory = new Uint32Array(MEMORY_WORDS);
  const path: number[] = [];
  let a = 0;
  let x = 0;
  for (let at = 0; ; at++) {
    const instruction = filter[at];
    if (instruction === undefined) throw badInstruction(at, 'does not exist, and the one before leads to it');
    const { code, jt, jf, k } = instruction;
    path.push(at);
    const operand = (code & BPF.X) === 0 ? k : x;
    switch (code & 7) {
      case BPF.LD:
      case BPF.LDX: {
        const value = load(code & 0xf8, k);
        if (value === undefined) throw badInstruction(at, `loads what seccomp has not (code 0x${code.toString(16)}, ${String(k)})`);
        if ((code & 7) === BPF.LD) a = value;
        else x = value;
        break;
      }
      case BPF.ST:
      case BPF.STX:
        if (k >= MEMORY_WORDS) throw badInstruction(at, `stores to word ${String(k)}`);
        memory[k] = (code & 7) === BPF.ST ? a : x;
        break;
      case BPF.ALU: {
        // The kernel ends a filter that divides by zero.
        if ((code & 0xf0) === BPF.DIV && operand === 0) return { value: 0, path };
        const value = compute(code & 0xf0, a, operand);
        if (value === undefined) throw badInstruction(at, `computes something unknown (code 0x${code.toString(16)})`);
        a = value >>> 0;
        break;
      }
      case BPF.JMP: {
        const jump = jumpNames[code & 0xf0];
        if (jump === undefined && (code & 0xf0) !== BPF.JA)
          throw badInstruction(at, `jumps on something unknown (code 0x${code.toString(16)})`);
        at += jump === undefined ? k : outcomeOf(jump, a, operand) ? jt : jf;
        break;
      }
      case BPF.RET:
        return { value: (code & 0x18) === BPF.A ? a : k, path };
      default:
        if ((code & 0xf8) === BPF.TXA) a = x;
        else x = a;
    }
  }

  function load(kind: number, k: number): number | undefined {
    switch (kind) {
      case BPF.ABS:
        return k % 4 === 0 && k < DATA_SIZE ? data.getUint32(k, littleEndian) : undefined;
      case BPF.IMM:
        return k;
      case BPF.LEN:
        return DATA_SIZE;
      case BPF.MEM:
        return memory[k];
      default:
        return undefined;
    }
  }
}

function compute(operation: number, a: number, operand: number): number | undefined {
  switch (operation) {
    case BPF.ADD:
      return a + operand;
    case BPF.SUB:
      return a - operand;
    case BPF.MUL:
      return Math.imul(a, operand);
    case BPF.DIV:
      return Math.floor(a / operand);
    case BPF.OR:
      return a | operand;
    case BPF.AND:
      return a & operand;
    case BPF.XOR:
      return a ^ operand;
    case BPF.LSH:
      return operand > 31 ? 0 : a << operand;
    case BPF.RSH:
      return operand > 31 ? 0 : a >>> operand;
    case BPF.NEG:
      return -a;
    default:
      return undefined;
  }
}

function dataOf({ nr, audit, args = [], instructionPointer = 0n }: Call, littleEndian: boolean): DataView {
  const data = new DataView(new ArrayBuffer(DATA_SIZE));
  data.setUint32(DATA_NR, nr, littleEndian);
  data.setUint32(DATA_ARCH, audit, littleEndian);
  data.setBigUint64(8, BigInt.asUintN(64, instructionPointer), littleEndian);
  for (const [i, arg] of args.entries()) data.setBigUint64(DATA_ARGS + 8 * i, BigInt.asUintN(64, BigInt(arg)), littleEndian);
  return data;
}
