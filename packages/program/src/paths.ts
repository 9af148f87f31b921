import { O, RESOLVE, S_IFREG } from '@standpipe/syscalls';
import { closeFd } from './fds.js';
import { here, jump, label, type Op, type OpNotes, sys, type SyscallOp, type Unless } from './op.js';
import { type Reg, reg, words } from './operand.js';

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
          ? sys('mknodat', [parent, name, S_IFREG | mode, 0], { unless: { errno: ['EEXIST'] }, ...notes })
          : sys('mkdirat', [parent, name, last ? mode : 0o755], { unless: { errno: ['EEXIST'] }, ...notes }),
      );
    }
    ops.push(closeFd(parent), openInRoot(root, prefix, O.PATH, { to: last ? to : parent, ...notes }));
  }
  ops.push(here(found));
  return ops;
}

/** Writes `text` in one write(2) to an open fd, and fails when less than all was taken. */
export function writeText(fd: Reg, text: string, notes: OpNotes): Op[] {
  return [sys('write', [fd, text, Buffer.byteLength(text)], notes)];
}
