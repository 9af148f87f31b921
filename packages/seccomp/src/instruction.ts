/** Opcodes of classic BPF, those that seccomp takes. @man bpf(4) of the BSDs; linux/filter.h, linux/bpf_common.h */
export const BPF = {
  LD: 0x00,
  LDX: 0x01,
  ST: 0x02,
  STX: 0x03,
  ALU: 0x04,
  JMP: 0x05,
  RET: 0x06,
  MISC: 0x07,
  IMM: 0x00,
  ABS: 0x20,
  MEM: 0x60,
  LEN: 0x80,
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  NEG: 0x80,
  XOR: 0xa0,
  JA: 0x00,
  JEQ: 0x10,
  JGT: 0x20,
  JGE: 0x30,
  JSET: 0x40,
  X: 0x08,
  A: 0x10,
  TAX: 0x00,
  TXA: 0x80,
} as const;

/** struct sock_filter. */
export interface Instruction {
  readonly code: number;
  /** How many instructions to skip when a test is true, and when it is false. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const INSTRUCTION_SIZE = 8;
/** As many as one filter may have. */
export const BPF_MAXINSNS = 4096;

/** struct seccomp_data: nr, arch, instruction pointer, six arguments. */
export const DATA_NR = 0;
export const DATA_ARCH = 4;
export const DATA_ARGS = 16;
export const DATA_SIZE = 64;

export const loadWord = (offset: number): Instruction => ({ code: BPF.LD | BPF.ABS, jt: 0, jf: 0, k: offset });
export const andWith = (k: number): Instruction => ({ code: BPF.ALU | BPF.AND, jt: 0, jf: 0, k });
export const returns = (value: number): Instruction => ({ code: BPF.RET, jt: 0, jf: 0, k: value });
export const skip = (count: number): Instruction => ({ code: BPF.JMP | BPF.JA, jt: 0, jf: 0, k: count });

export const jumps = { jeq: BPF.JMP | BPF.JEQ, jgt: BPF.JMP | BPF.JGT, jge: BPF.JMP | BPF.JGE, jset: BPF.JMP | BPF.JSET } as const;
export type Jump = keyof typeof jumps;

/** The bytes that the kernel takes, in the byte order of its machine. */
export function encodeFilter(filter: readonly Instruction[], littleEndian = true): Uint8Array {
  const bytes = new Uint8Array(filter.length * INSTRUCTION_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [i, { code, jt, jf, k }] of filter.entries()) {
    view.setUint16(i * INSTRUCTION_SIZE, code, littleEndian);
    view.setUint8(i * INSTRUCTION_SIZE + 2, jt);
    view.setUint8(i * INSTRUCTION_SIZE + 3, jf);
    view.setUint32(i * INSTRUCTION_SIZE + 4, k, littleEndian);
  }
  return bytes;
}

/** Reads what {@link encodeFilter} writes. */
export function decodeFilter(bytes: Uint8Array, littleEndian = true): Instruction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / INSTRUCTION_SIZE) }, (_, i) => ({
    code: view.getUint16(i * INSTRUCTION_SIZE, littleEndian),
    jt: view.getUint8(i * INSTRUCTION_SIZE + 2),
    jf: view.getUint8(i * INSTRUCTION_SIZE + 3),
    k: view.getUint32(i * INSTRUCTION_SIZE + 4, littleEndian),
  }));
}
