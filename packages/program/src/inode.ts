import { AT, S_IFMT, STATX } from '@standpipe/syscalls';
import { branch, here, jump, label, type Label, load, type Op, type OpNotes, raise, sys } from './op.js';
import { at, buf, type Reg, reg } from './operand.js';

const STATX_SIZE = 256;

/** The fields of struct statx that checks look at, by offset and size. @man statx(2) */
export const statxField = {
  nlink: { offset: 0x10, size: 4 },
  mode: { offset: 0x1c, size: 2 },
  ino: { offset: 0x20, size: 8 },
  rdevMajor: { offset: 0x80, size: 4 },
  rdevMinor: { offset: 0x84, size: 4 },
  devMajor: { offset: 0x88, size: 4 },
  devMinor: { offset: 0x8c, size: 4 },
} as const;

/** What an inode has to be. */
export interface InodeExpectation {
  /** One of S_IFREG, S_IFDIR … */
  readonly type: number;
  /** Of a device. */
  readonly major?: number;
  readonly minor?: number;
}

/**
 * Goes to `otherwise` unless the open `fd` is of the expected type and, for devices, number: where the
 * wrong thing is no error yet. Looks at the fd, never at a path, so what was checked is what is used.
 */
export function branchUnlessInode(fd: Reg, expected: InodeExpectation, otherwise: Label, notes: OpNotes): Op[] {
  const stat = buf('statx', STATX_SIZE);
  const value = reg('stat');
  const ops: Op[] = [
    sys('statx', [fd, '', AT.EMPTY_PATH, STATX.BASIC_STATS, stat], notes),
    load(at(stat, statxField.mode.offset), statxField.mode.size, value),
    branch(value, '!=', expected.type, otherwise, S_IFMT),
  ];
  for (const [field, number] of [
    ['rdevMajor', expected.major],
    ['rdevMinor', expected.minor],
  ] as const) {
    if (number === undefined) continue;
    ops.push(load(at(stat, statxField[field].offset), statxField[field].size, value), branch(value, '!=', number, otherwise));
  }
  return ops;
}

/** Goes on only if the open `fd` is of the expected type and, for devices, number. See {@link branchUnlessInode}. */
export function expectInode(fd: Reg, expected: InodeExpectation, notes: OpNotes & { readonly say: string }): Op[] {
  const wrong = label('unexpected inode');
  const right = label('expected inode');
  return [
    ...branchUnlessInode(fd, expected, wrong, notes),
    jump(right),
    here(wrong),
    raise(notes.say, { pointer: notes.pointer }),
    here(right),
  ];
}
