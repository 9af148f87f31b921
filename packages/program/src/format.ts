/**
 * The layout of an encoded program: `init/format.h` in TypeScript. A test compares the two.
 *
 * header (40 bytes) · ops (80 each) · pointers (u32 each) · notes · [to 16] · data
 *
 * The data in the file ends with the header's `initId` once more, so that a file that was cut is found out.
 */
export const PROGRAM_MAGIC = 0x45504950;
export const PROGRAM_VERSION = 1;
export const PROGRAM_VADDR = 0x10000000n;
/** Where init itself lies, its ELF header first. See init.ld. */
export const INIT_VADDR = 0x400000n;
export const PROGRAM_MAX_REGS = 4096;
/** Below it are those of `fixedRegisters`. */
export const FIRST_FREE_REGISTER = 4;
export const PROGRAM_MAX_SIZE = 64 << 20;

export const HEADER_SIZE = 40;
export const END_MARK_SIZE = 8;
export const OP_SIZE = 80;

export const NO_REGISTER = 0xffff;
export const NO_MESSAGE = 0xffffffff;
export const ERRNO_ANY = 0xffff;
export const REPORT_JSON = 1;

export const opCode = {
  syscall: 1,
  jump: 2,
  branch: 3,
  load: 4,
  store: 5,
  compute: 6,
  format: 7,
  raise: 8,
  report: 9,
} as const;

export const operandKind = { none: 0, immediate: 1, register: 2, data: 3 } as const;

/** Tests and computations in the order of their numbers. */
export const tests = ['==', '!=', '<', '>='] as const;
export const computations = ['+', '-', '&', '|', '<<', '>>'] as const;

/** ELF e_machine of each architecture that init is built for. */
export const machines = { x64: 62, arm64: 183 } as const;

/** Where each field of the header lies. */
export const headerField = {
  magic: 0,
  version: 4,
  machine: 6,
  initId: 8,
  opCount: 16,
  pointerCount: 20,
  noteSize: 24,
  dataSize: 28,
  dataFileSize: 32,
  registerCount: 36,
} as const;

/** Where each field of an op lies. */
export const opField = {
  code: 0,
  sub: 1,
  dst: 2,
  number: 4,
  kinds: 8,
  fail: 12,
  jump: 16,
  errs: 20,
  message: 28,
  args: 32,
} as const;

/** The offset of the data behind `opCount` ops, `pointerCount` pointers and `noteSize` bytes of notes. */
export function dataOffset(opCount: number, pointerCount: number, noteSize: number): number {
  // No bit operations: the counts of a malformed program exceed 32 bits.
  return Math.ceil((HEADER_SIZE + opCount * OP_SIZE + pointerCount * 4 + noteSize) / 16) * 16;
}
