import { AT, O, RESOLVE } from '@standpipe/syscalls';
import { S_IF } from './inode.js';
import { branch, here, jump, label, load, type Op, type OpNotes, raise, sys, type SyscallOp, type Unless } from './op.js';
import { at, buf, type Reg, reg, words } from './operand.js';

const OPEN_HOW_SIZE = 24;

export interface OpenInRootSettings extends OpNotes {
  readonly to?: Reg;
  readonly unless?: Unless;
  /** O_CREAT's mode. */
  readonly mode?: number;
}

/**
 * Opens `path` as a process whose root directory is `root` would, with no way out: neither `..` nor
 * absolute nor magic links leave it. O_CLOEXEC is added to `flags`.
 *
 * @man openat2(2)
 * @kernel 5.6
 * @errno EAGAIN a rename or mount raced with `..` in the path
 */
export function openInRoot(root: Reg, path: string, flags: number, settings: OpenInRootSettings = {}): SyscallOp {
  const { mode = 0, ...rest } = settings;
  const how = words('open_how', [flags | O.CLOEXEC, mode, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS]);
  return sys('openat2', [root, path === '' ? '.' : path, how, OPEN_HOW_SIZE], rest);
}

export interface MakeInRootSettings extends OpNotes {
  readonly kind: 'directory' | 'file';
  /** Permissions of what is made; 0755 and 0644 when left out. Parents are 0755. */
  readonly mode?: number;
}

/**
 * Opens `path` inside `root` with O_PATH, making it and its parents when they are missing, and puts
 * the fd into `to`. One system call when it is there. Every component is resolved in the root and
 * made in a directory that is held open, so a link swapped in meanwhile can mislead it to another
 * place inside the root at worst.
 *
 * @errno EEXIST a dangling link lies in the way
 * @errno ENOTDIR something else than a directory lies in the way
 */
export function makeInRoot(root: Reg, path: string, to: Reg, settings: MakeInRootSettings): Op[] {
  const { kind, mode = kind === 'directory' ? 0o755 : 0o644, say, pointer } = settings;
  const notes: OpNotes = { say, pointer };
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const full = names.join('/');
  if (names.length === 0) return [openInRoot(root, '.', O.PATH, { to, ...notes })];

  const missing = label(`missing ${full}`);
  const found = label(`found ${full}`);
  const ops: Op[] = [
    openInRoot(root, full, O.PATH, { to, unless: { errno: ['ENOENT'], goto: missing }, ...notes }),
    jump(found),
    here(missing),
  ];
  const parent = reg('parent');
  ops.push(openInRoot(root, '.', O.PATH | O.DIRECTORY, { to: parent, ...notes }));
  for (const [i, name] of names.entries()) {
    const prefix = names.slice(0, i + 1).join('/');
    const last = i === names.length - 1;
    // ".." can't be made; the kernel resolves it below the root, and it exists when its parent does.
    if (name !== '..') {
      ops.push(
        last && kind === 'file'
          ? sys('mknodat', [parent, name, S_IF.REG | mode, 0], { unless: { errno: ['EEXIST'] }, ...notes })
          : sys('mkdirat', [parent, name, last ? mode : 0o755], { unless: { errno: ['EEXIST'] }, ...notes }),
      );
    }
    ops.push(sys('close', [parent], { unless: { errno: 'any' } }), openInRoot(root, prefix, O.PATH, { to: last ? to : parent, ...notes }));
  }
  ops.push(here(found));
  return ops;
}

/** The fields of struct statx that checks look at, by offset and size. @man statx(2) */
export const statxField = {
  mode: { offset: 0x1c, size: 2 },
  ino: { offset: 0x20, size: 8 },
  rdevMajor: { offset: 0x80, size: 4 },
  rdevMinor: { offset: 0x84, size: 4 },
  devMajor: { offset: 0x88, size: 4 },
  devMinor: { offset: 0x8c, size: 4 },
} as const;

const STATX_SIZE = 256;
const STATX_BASIC_STATS = 0x7ff;

export interface InodeExpectation {
  /** One of S_IF. */
  readonly type: number;
  readonly major?: number;
  readonly minor?: number;
}

/**
 * Goes on only if the open `fd` is of the expected type and, for devices, number. Looks at the fd,
 * never at a path, so what was checked is what is used.
 */
export function expectInode(fd: Reg, expected: InodeExpectation, notes: OpNotes & { readonly say: string }): Op[] {
  const stat = buf('statx', STATX_SIZE);
  const value = reg('stat');
  const wrong = label('unexpected inode');
  const right = label('expected inode');
  const ops: Op[] = [
    sys('statx', [fd, '', AT.EMPTY_PATH, STATX_BASIC_STATS, stat], notes),
    load(at(stat, statxField.mode.offset), statxField.mode.size, value),
    branch(value, '!=', expected.type, wrong, S_IF.MT),
  ];
  for (const [field, number] of [['rdevMajor', expected.major], ['rdevMinor', expected.minor]] as const) {
    if (number === undefined) continue;
    ops.push(load(at(stat, statxField[field].offset), statxField[field].size, value), branch(value, '!=', number, wrong));
  }
  return [...ops, jump(right), here(wrong), raise(notes.say, { pointer: notes.pointer }), here(right)];
}

/** Writes `text` in one write(2) to an open fd, and fails when less than all was taken. */
export function writeText(fd: Reg, text: string, notes: OpNotes): Op[] {
  return [sys('write', [fd, text, Buffer.byteLength(text)], notes)];
}
