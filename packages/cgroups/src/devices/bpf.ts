import { tooManyInstructions } from './errors.js';

/** A place in a program, told apart by identity. */
export interface BpfLabel {
  readonly label: string;
}

/** One eBPF instruction, or the place of a label. */
export type BpfOp =
  | BpfLabel
  | {
      readonly opcode: number;
      readonly dst?: number;
      readonly src?: number;
      /** A jump's target, or the offset into memory. */
      readonly offset?: number | BpfLabel;
      readonly immediate?: number;
    };

/** Registers: r0 is the result, r1 the context that the program is called with. */
export type BpfRegister = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

// Classes, sizes and sources of an opcode.
const LDX_MEM_W = 0x61;
const ALU64_MOV_K = 0xb7;
const ALU64_AND_K = 0x57;
const JMP_JA = 0x05;
const JMP_JNE_K = 0x55;
const JMP_JSET_K = 0x45;
const JMP_EXIT = 0x95;

const INSTRUCTION_SIZE = 8;
const MAX_JUMP = 0x7fff;

/** dst = *(u32 *)(src + offset) @man bpf(2) */
export const load32 = (dst: BpfRegister, src: BpfRegister, offset: number): BpfOp => ({ opcode: LDX_MEM_W, dst, src, offset });
export const move = (dst: BpfRegister, immediate: number): BpfOp => ({ opcode: ALU64_MOV_K, dst, immediate });
export const and = (dst: BpfRegister, immediate: number): BpfOp => ({ opcode: ALU64_AND_K, dst, immediate });
export const goto = (to: BpfLabel): BpfOp => ({ opcode: JMP_JA, offset: to });
export const unlessEqual = (dst: BpfRegister, immediate: number, to: BpfLabel): BpfOp => ({
  opcode: JMP_JNE_K,
  dst,
  immediate,
  offset: to,
});
/** Jumps when one of the bits is set. */
export const ifAnyBit = (dst: BpfRegister, bits: number, to: BpfLabel): BpfOp => ({ opcode: JMP_JSET_K, dst, immediate: bits, offset: to });
export const exit = (): BpfOp => ({ opcode: JMP_EXIT });

/**
 * Makes the bytes of struct bpf_insn, in the order that x86-64, arm64 and other little-endian machines have them.
 *
 * @throws NotSupportedError for a jump further than 16 bits reach
 */
export function assemble(ops: readonly BpfOp[]): Uint8Array {
  const places = new Map<BpfLabel, number>();
  let count = 0;
  for (const op of ops) {
    if ('label' in op) places.set(op, count);
    else count++;
  }
  const bytes = new Uint8Array(count * INSTRUCTION_SIZE);
  const view = new DataView(bytes.buffer);
  let index = 0;
  for (const op of ops) {
    if ('label' in op) continue;
    const { opcode, dst = 0, src = 0, offset = 0, immediate = 0 } = op;
    // A jump is counted from the instruction behind it.
    const distance = typeof offset === 'number' ? offset : (places.get(offset) ?? Number.NaN) - index - 1;
    if (Number.isNaN(distance)) throw new TypeError('a jump leads to a label that is nowhere');
    if (distance > MAX_JUMP) throw tooManyInstructions(distance);
    view.setUint8(index * INSTRUCTION_SIZE, opcode);
    view.setUint8(index * INSTRUCTION_SIZE + 1, (src << 4) | dst);
    view.setInt16(index * INSTRUCTION_SIZE + 2, distance, true);
    view.setInt32(index * INSTRUCTION_SIZE + 4, immediate, true);
    index++;
  }
  return bytes;
}
