import {
  computations,
  dataOffset,
  END_MARK_SIZE,
  FIRST_FREE_REGISTER,
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
  tests,
} from './format.js';
import { type InitArch, initId as ownInitId } from './init-image.js';

/** What a program has to be for. */
export interface CheckSettings {
  /** For which architecture it must be; any when left out. */
  readonly arch?: InitArch | undefined;
  /** For which standpipe-init it must be; the one in this package when left out. */
  readonly initId?: bigint | undefined;
  /** How much memory there is for it; as much as it says it needs when left out. */
  readonly memorySize?: number | undefined;
}

/**
 * Says what is wrong with an encoded program, in init's own words, or nothing: `init/check.h` in
 * TypeScript. A test mutates programs and demands that both agree.
 */
export function checkProgram(bytes: Uint8Array, settings: CheckSettings = {}): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = (at: number): number => view.getUint32(at, true);
  const u64 = (at: number): bigint => view.getBigUint64(at, true);
  const field = (name: keyof typeof headerField): number => u32(headerField[name]);

  if (bytes.length < HEADER_SIZE || field('magic') !== PROGRAM_MAGIC) return 'there is no program';
  const id = u64(headerField.initId);
  const machine = view.getUint16(headerField.machine, true);
  if (view.getUint16(headerField.version, true) !== PROGRAM_VERSION || id !== (settings.initId ?? ownInitId))
    return 'the program is for another version of init';
  if (settings.arch === undefined ? !Object.values<number>(machines).includes(machine) : machine !== machines[settings.arch])
    return 'the program is for another architecture';

  const opCount = field('opCount');
  const pointerCount = field('pointerCount');
  const dataSize = field('dataSize');
  const dataFileSize = field('dataFileSize');
  const registerCount = field('registerCount');
  const data = dataOffset(opCount, pointerCount, field('noteSize'));
  const memorySize = settings.memorySize ?? data + dataSize;
  if (memorySize > PROGRAM_MAX_SIZE || dataFileSize > dataSize || data + dataFileSize > bytes.length || data + dataSize > memorySize)
    return 'the program is truncated';
  if (registerCount < FIRST_FREE_REGISTER || registerCount > PROGRAM_MAX_REGS) return 'the registers are too few or too many';
  if (opCount === 0) return 'the program has no ops';
  if (dataFileSize < END_MARK_SIZE || u64(data + dataFileSize - END_MARK_SIZE) !== id) return 'the program is truncated';

  const address = PROGRAM_VADDR + BigInt(data);
  for (let i = 0; i < pointerCount; i++) {
    const at = u32(HEADER_SIZE + opCount * OP_SIZE + 4 * i);
    if (at + 8 > dataSize) return 'a pointer lies outside the data';
    const to = BigInt.asUintN(64, wordAt(bytes, data + at) - address);
    if (to > BigInt(dataSize)) return 'a pointer points outside the data';
  }
  const limits = { opCount, registerCount, dataSize };
  for (let i = 0; i < opCount; i++) {
    const fault = checkOp(view, HEADER_SIZE + i * OP_SIZE, limits);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Eight bytes of memory: what lies behind the file is zero. */
function wordAt(bytes: Uint8Array, at: number): bigint {
  let word = 0n;
  for (let i = 7; i >= 0; i--) word = (word << 8n) | BigInt(bytes[at + i] ?? 0);
  return word;
}

interface Limits {
  readonly opCount: number;
  readonly registerCount: number;
  readonly dataSize: number;
}

function checkOp(view: DataView, at: number, { opCount, registerCount, dataSize }: Limits): string | undefined {
  const dst = view.getUint16(at + opField.dst, true);
  if (dst !== NO_REGISTER && dst >= registerCount) return 'a result goes to a register that does not exist';
  if (view.getUint32(at + opField.fail, true) >= opCount || view.getUint32(at + opField.jump, true) >= opCount)
    return 'an op goes on at an op that does not exist';
  const message = view.getUint32(at + opField.message, true);
  if (message !== NO_MESSAGE && message >= dataSize) return 'a message lies outside the data';

  const kinds = view.getUint32(at + opField.kinds, true);
  const kind = (i: number): number => (kinds >>> (4 * i)) & 15;
  const low = (i: number): number => view.getUint32(at + opField.args + 8 * i, true);
  const high = (i: number): number => view.getUint32(at + opField.args + 8 * i + 4, true);
  const extent = (i: number): number => (kind(i) === operandKind.data ? high(i) : 0);
  for (let i = 0; i < 6; i++) {
    if (kind(i) === operandKind.register && (high(i) !== 0 || low(i) >= registerCount))
      return 'an operand names a register that does not exist';
    if (kind(i) === operandKind.data && low(i) + high(i) > dataSize) return 'an operand points outside the data';
    if (kind(i) > operandKind.data) return 'an operand is of an unknown kind';
  }
  if (kinds >>> 24 !== 0) return 'an op has more than six operands';

  const sub = view.getUint8(at + opField.sub);
  switch (view.getUint8(at + opField.code)) {
    case opCode.syscall:
    case opCode.jump:
    case opCode.raise:
      return undefined;
    case opCode.branch:
      return sub < tests.length ? undefined : 'a branch has an unknown test';
    case opCode.compute:
      return sub < computations.length && dst !== NO_REGISTER ? undefined : 'a computation is of an unknown kind';
    case opCode.load:
    case opCode.store:
      if (view.getUint8(at + opField.code) === opCode.load && dst === NO_REGISTER) return 'a load goes nowhere';
      return [1, 2, 4, 8].includes(sub) && extent(0) >= sub ? undefined : 'an integer has no room';
    case opCode.format:
      return extent(0) > 0 && extent(1) > 0 ? undefined : 'a format has no template or no room';
    case opCode.report:
      return extent(1) > 0 && extent(2) > 0 && extent(3) > 0 ? undefined : 'a report has no text';
    default:
      return 'an op is of an unknown kind';
  }
}
