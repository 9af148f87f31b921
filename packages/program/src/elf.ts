import { malformedProgram } from './errors.js';
import { dataOffset, headerField, PROGRAM_VADDR } from './format.js';

const PROGRAM_HEADERS = 32; // e_phoff
const PROGRAM_HEADER_COUNT = 56; // e_phnum
const PT_LOAD = 1;

/** Where each field of an ELF program header lies, and how big one is. */
export const segmentField = { type: 0, offset: 8, vaddr: 16, fileSize: 32, memorySize: 40, align: 48 } as const;
export const SEGMENT_SIZE = 56;
/** Where init's file has the headers of two of its segments: as init.ld orders them. */
export const TEXT_SEGMENT = 64;
export const PROGRAM_SEGMENT: number = TEXT_SEGMENT + 2 * SEGMENT_SIZE;

/**
 * Joins standpipe-init and an encoded program into one executable: the program is appended, and the
 * segment that init's linker script keeps for it is pointed there. So the kernel maps it, and init
 * has nothing to open.
 */
export function joinExecutable(init: Uint8Array, program: Uint8Array): Uint8Array {
  const header = new DataView(init.buffer, init.byteOffset, init.byteLength);
  const at = findSegment(header);
  const align = Number(header.getBigUint64(at + segmentField.align, true));
  const offset = Math.ceil(init.length / align) * align;
  const executable = new Uint8Array(offset + program.length);
  executable.set(init);
  executable.set(program, offset);

  const view = new DataView(executable.buffer);
  view.setBigUint64(at + segmentField.offset, BigInt(offset), true);
  view.setBigUint64(at + segmentField.fileSize, BigInt(program.length), true);
  view.setBigUint64(at + segmentField.memorySize, BigInt(memorySize(program)), true);
  return executable;
}

/** The encoded program inside such an executable. */
export function programOfExecutable(executable: Uint8Array): Uint8Array {
  const view = new DataView(executable.buffer, executable.byteOffset, executable.byteLength);
  if (executable.length < 64 || view.getUint32(0, false) !== 0x7f454c46) throw malformedProgram('it is no ELF executable');
  const at = findSegment(view);
  const offset = Number(view.getBigUint64(at + segmentField.offset, true));
  return executable.subarray(offset, offset + Number(view.getBigUint64(at + segmentField.fileSize, true)));
}

function memorySize(program: Uint8Array): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const field = (name: keyof typeof headerField): number => view.getUint32(headerField[name], true);
  return dataOffset(field('opCount'), field('pointerCount'), field('noteSize')) + field('dataSize');
}

function findSegment(view: DataView): number {
  const first = Number(view.getBigUint64(PROGRAM_HEADERS, true));
  const count = view.getUint16(PROGRAM_HEADER_COUNT, true);
  for (let i = 0; i < count; i++) {
    const at = first + i * SEGMENT_SIZE;
    if (at + SEGMENT_SIZE > view.byteLength) break;
    if (view.getUint32(at + segmentField.type, true) === PT_LOAD && view.getBigUint64(at + segmentField.vaddr, true) === PROGRAM_VADDR)
      return at;
  }
  throw malformedProgram('it has no segment for a program');
}
