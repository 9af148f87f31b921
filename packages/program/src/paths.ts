import { errnoNumber, O, RESOLVE, S_IFREG } from '@standpipe/syscalls';
import { closeFd } from './fds.js';
import { branch, here, jump, type Label, label, type Op, type OpNotes, sys, type SyscallOp, type Unless } from './op.js';
import { type Reg, reg, words } from './operand.js';

const OPEN_HOW_SIZE = 24;

/** Besides the path and flags of `openInRoot`. */
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

/** Besides the path of `resolveInRoot`. */
export interface ResolveInRootSettings extends OpNotes {
  /** Besides O_PATH. */
  readonly flags?: number;
  /** Runs where the path is missing, and ends with the fd open, or with a jump. Without it that fails. */
  readonly missing?: readonly Op[];
}

const EAGAIN = -(errnoNumber('EAGAIN') ?? 0);

/**
 * Opens `path` inside `root` with O_PATH, as `openInRoot` does. The kernel gives up with EAGAIN when
 * something is mounted or renamed anywhere on the machine just while it takes a `..`, as many a link has one: then again.
 */
export function resolveInRoot(root: Reg, path: string, to: Reg, { flags = 0, missing, ...notes }: ResolveInRootSettings): Op[] {
  const again = label(`open ${path}`);
  const open = (errno: string[], goto: Label): Op => openInRoot(root, path, O.PATH | flags, { to, unless: { errno, goto }, ...notes });
  if (missing === undefined) return [here(again), open(['EAGAIN'], again)];
  const [trouble, opened] = [label(`${path} not open`), label(`${path} open`)];
  return [
    here(again),
    open(['EAGAIN', 'ENOENT'], trouble),
    jump(opened),
    here(trouble),
    branch(to, '==', EAGAIN, again),
    ...missing,
    here(opened),
  ];
}

/** What `makeInRoot` makes. */
export interface MakeInRootSettings extends OpNotes {
  readonly kind: 'directory' | 'file';
  /** Permissions of what is made; 0755 and 0644 when left out. Parents are 0755. */
  readonly mode?: number;
  /** For opening the last component, besides O_PATH: O_NOFOLLOW, O_DIRECTORY. */
  readonly flags?: number;
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
  const { flags = 0, say, pointer } = settings;
  return resolveInRoot(root, namesOf(path).join('/'), to, { flags, say, pointer, missing: createInRoot(root, path, to, settings) });
}

/** What `makeInRoot` does once the path was found missing. */
export function createInRoot(root: Reg, path: string, to: Reg, settings: MakeInRootSettings): Op[] {
  const { kind, mode = kind === 'directory' ? 0o755 : 0o644, flags = 0, say, pointer } = settings;
  const notes: OpNotes = { say, pointer };
  const names = namesOf(path);
  const parent = reg('parent');
  const ops: Op[] = [openInRoot(root, '.', O.PATH | O.DIRECTORY, { to: parent, ...notes })];
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
    ops.push(closeFd(parent), ...resolveInRoot(root, prefix, last ? to : parent, { flags: last ? flags : 0, ...notes }));
  }
  return ops;
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
