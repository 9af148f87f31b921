import { describeCall, type DescribableArg, errnoName, type Pointed, S_IFMT, syscallName } from '@standpipe/syscalls';
import { type DecodedOp, type DecodedOperand, type DecodedProgram, textAt } from './decode.js';
import { computations, REPORT_JSON, tests } from './format.js';
import { ERRNO, fixedRegisters } from './operand.js';

const integerNames: Readonly<Record<number, string>> = { 1: 'u8', 2: 'u16', 4: 's32', 8: 's64' };

/**
 * Shows the ops of a program, one at a time: registers and buffers by name, system calls as strace(1)
 * does. Where two have one name, all but the first have a number behind it.
 */
export class OpDescriber {
  readonly #program: DecodedProgram;
  readonly #registers: readonly string[];
  readonly #buffers: readonly { offset: number; size: number; name: string }[];

  constructor(program: DecodedProgram) {
    this.#program = program;
    const names = program.names;
    const given = names?.registers ?? fixedRegisters.map(({ name }) => name);
    const registers = Array.from({ length: program.registerCount }, (_, number) => given[number] ?? `r${number}`);
    this.#registers = distinct(registers);
    const buffers = (names?.buffers ?? []).toSorted((one, other) => one.offset - other.offset);
    const bufferNames = distinct(buffers.map(({ name }) => name));
    this.#buffers = buffers.map(({ offset, size }, index) => ({ offset, size, name: bufferNames[index] ?? '' }));
  }

  /** The op in one line, without where it goes on. */
  describe(op: DecodedOp): string {
    const result = op.dst === undefined ? '' : `${this.register(op.dst)} = `;
    const [first, second, third] = op.operands;
    switch (op.code) {
      case 'syscall': {
        const name = syscallName(op.number, this.#program.arch) ?? `syscall_${op.number}`;
        return (
          result +
          describeCall(
            name,
            op.operands.map((operand) => this.#argument(operand)),
            this.#program.arch,
          )
        );
      }
      case 'jump':
        return '';
      case 'branch':
        return `if ${this.#condition(op)}`;
      case 'load':
        return `${result}${integerNames[op.sub] ?? ''} at ${this.operand(first)}`;
      case 'store':
        return `${integerNames[op.sub] ?? ''} at ${this.operand(first)} = ${this.operand(second)}`;
      case 'compute': {
        const by = computations[op.sub] ?? '+';
        const isCopy = by === '+' && third === undefined && second?.kind === 'immediate' && second.value === 0n;
        return `${result}${this.operand(first)}${isCopy ? '' : ` ${by} ${this.operand(second)}`}`;
      }
      case 'format':
        return `${result}format(${this.operand(first)}, ${JSON.stringify(this.#template(op))})`;
      case 'raise': {
        const by = second?.kind === 'register' ? ` for op ${this.operand(second)}` : '';
        const saying = third === undefined ? '' : ` saying what is at ${this.operand(third)}`;
        return `raise${first === undefined || isZero(first) ? '' : ` ${this.#errno(first)}`}${by}${saying}`;
      }
      default: {
        const [, prefix, suffix] = op.operands.map((operand) =>
          operand.kind === 'data' ? textAt(this.#program.data, operand.offset) : '',
        );
        return `${result}report(${this.operand(first)}, ${JSON.stringify(prefix)}, ${JSON.stringify(suffix)}${op.sub === REPORT_JSON ? ', json' : ''})`;
      }
    }
  }

  register(number: number): string {
    return this.#registers[number] ?? `r${number}`;
  }

  /** An op to go on with: its index, and its name when it has one. */
  target(index: number): string {
    const name = this.#program.names?.labels.get(index);
    return name === undefined ? String(index) : `${index} (${name})`;
  }

  operand(operand: DecodedOperand | undefined): string {
    switch (operand?.kind) {
      case 'immediate':
        return String(operand.value);
      case 'register':
        return this.register(operand.register);
      case 'data':
        return this.#place(operand.offset);
      default:
        return '0';
    }
  }

  /** A place in the data as C would write it: `&statx+28`. */
  #place(offset: number): string {
    const buffer = this.bufferAt(offset);
    if (buffer === undefined) return `&data+${offset}`;
    return `&${buffer.name}${offset === buffer.offset ? '' : `+${offset - buffer.offset}`}`;
  }

  bufferAt(offset: number): { readonly offset: number; readonly size: number; readonly name: string } | undefined {
    return this.#buffers.find((buffer) => buffer.offset <= offset && offset < buffer.offset + buffer.size);
  }

  #argument(operand: DecodedOperand): DescribableArg {
    if (operand.kind === 'immediate') return operand.value;
    if (operand.kind === 'register') return { name: this.register(operand.register) };
    return operand.kind === 'data' ? this.#pointed(operand.offset, operand.extent) : 0n;
  }

  /** What lies at a place: its bytes when they are in the file, else its name, since who knows what it will hold. */
  #pointed(offset: number, extent: number): Pointed {
    const { data, pointers } = this.#program;
    const isContent = offset + extent <= data.length;
    const bytes = isContent ? data.subarray(offset, offset + extent) : undefined;
    const isText = bytes !== undefined && this.bufferAt(offset) === undefined && bytes.indexOf(0) === extent - 1;
    return {
      name: isText ? JSON.stringify(textAt(data, offset)) : this.#place(offset),
      bytes,
      follow: (further) => {
        const target = pointers.get(offset + further);
        return target === undefined ? undefined : this.#pointed(target, this.#extentOf(target));
      },
    };
  }

  /** How far a pointer's target goes, which only names tell: to its buffer's end, or its text's. */
  #extentOf(offset: number): number {
    const buffer = this.bufferAt(offset);
    if (buffer !== undefined) return buffer.offset + buffer.size - offset;
    const end = this.#program.data.indexOf(0, offset);
    return end < 0 ? Math.max(0, this.#program.data.length - offset) : end + 1 - offset;
  }

  #condition(op: DecodedOp): string {
    const [value, mask, against] = op.operands;
    const masked = mask?.kind === 'immediate' && mask.value !== -1n;
    const left = `${this.operand(value)}${masked ? ` & ${mask.value === BigInt(S_IFMT) ? 'S_IFMT' : hexOf(mask.value)}` : ''}`;
    const isErrno = value?.kind === 'register' && fixedRegisters[value.register] === ERRNO;
    const right =
      against?.kind === 'immediate' && masked
        ? maskedValue(mask.value, against.value)
        : isErrno
          ? this.#errno(against)
          : this.operand(against);
    return `${left} ${tests[op.sub] ?? '=='} ${right}`;
  }

  #errno(operand: DecodedOperand | undefined): string {
    return operand?.kind === 'immediate' && operand.value > 0n ? errnoName(Number(operand.value)) : this.operand(operand);
  }

  /** The template with registers by name in braces. */
  #template(op: DecodedOp): string {
    const template = op.operands[1]?.kind === 'data' ? textAt(this.#program.data, op.operands[1].offset) : '';
    // eslint-disable-next-line no-control-regex -- these bytes stand for registers
    return template.replace(/[\u0001-\u0004]/g, (byte) => `{${this.operand(op.operands[1 + byte.charCodeAt(0)])}}`);
  }
}

const fileTypes: Readonly<Record<number, string>> = {
  0o100000: 'S_IFREG',
  0o040000: 'S_IFDIR',
  0o020000: 'S_IFCHR',
  0o060000: 'S_IFBLK',
  0o120000: 'S_IFLNK',
  0o010000: 'S_IFIFO',
  0o140000: 'S_IFSOCK',
};

function maskedValue(mask: bigint, value: bigint): string {
  return (mask === BigInt(S_IFMT) ? fileTypes[Number(value)] : undefined) ?? (value === 0n ? '0' : hexOf(value));
}

function hexOf(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}

function isZero(operand: DecodedOperand): boolean {
  return operand.kind === 'none' || (operand.kind === 'immediate' && operand.value === 0n);
}

/** Names fit for a line of ops, each once: `parent`, `parent.2`. */
function distinct(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((given) => {
    const name = given.replace(/[^\w'./-]+/g, '_');
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}.${count}`;
  });
}
