import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { SyscallError } from '@standpipe/errors';
import {
  AT,
  check,
  fstat,
  openat,
  openFlags,
  openPort,
  openProcfs,
  OwnedFd,
  RESOLVE,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  type SyscallName,
  syscallNumber,
  type SyscallPort,
} from '@standpipe/syscalls';
import { XATTR } from './constants.js';
import { withLevel } from './context.js';
import { isLink, labelRefused, noLabels, precious } from './errors.js';
import { isLabelValid } from './read.js';

export interface RelabelOptions {
  /** For all containers: the level becomes s0, without categories. */
  readonly shared?: boolean | undefined;
  readonly port?: SyscallPort | undefined;
}

const MAX_LABEL = 4096;
const OPEN_HOW = { size: 24, words: 3 };

/** What a system lives by. A wrong label there, and it may not even boot any more. */
const system =
  '/ /bin /boot /dev /etc /etc/group /etc/passwd /etc/shadow /home /lib /lib32 /lib64 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin /usr/lib /usr/lib64 /usr/local /usr/sbin /usr/share /var /var/cache /var/lib /var/log /var/spool /var/tmp'.split(
    ' ',
  );

/**
 * Gives a file, or a directory with all that is in it, a label: what `:Z` does to a volume, and with `shared` what `:z` does.
 * Gives the number of files whose label has changed.
 *
 * Each file is opened below the directory that was named, past no link, and labelled by its fd. What is mounted below keeps its
 * labels, and so does what has the label already.
 *
 * @throws SafetyError for a part of the system and for a link; PlumbingError `SELINUX_LABEL_INVALID`; NotSupportedError; SyscallError
 * @man setfilecon(3)
 * @cap CAP_SYS_ADMIN, and what the policy says
 * @kernel 5.6
 */
export function relabel(path: string, label: string, { shared = false, port = openPort() }: RelabelOptions = {}): number {
  const wanted = shared ? withLevel(label, 's0') : label;
  // Root may put any text there, and then nobody gets at the file.
  if (!isLabelValid(wanted)) throw labelRefused(path, wanted);
  // Files are labelled through /proc/self/fd.
  openProcfs(port, { private: false }).close();
  const { PATH, NOFOLLOW, CLOEXEC } = openFlags(port.arch);
  using top = new OwnedFd(port, openat(port, AT.FDCWD, path, PATH | NOFOLLOW | CLOEXEC));
  const { mode } = fstat(port, top.fd);
  if ((mode & S_IFMT) === S_IFLNK) throw isLink(path);
  if (isPrecious(statSync(ownPath(top.fd), { bigint: true }))) throw precious(path);

  let changed = setLabel(port, top.fd, wanted, path);
  const directories: Buffer[] = (mode & S_IFMT) === S_IFDIR ? [Buffer.from('.')] : [];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const name of namesIn(port, top.fd, directory)) {
      const below = Buffer.concat([directory, Buffer.from('/'), name]);
      using file = openBelow(port, top.fd, below);
      if (file === undefined) continue;
      changed += setLabel(port, file.fd, wanted, `${path}/${below.toString().slice(2)}`);
      if ((fstat(port, file.fd).mode & S_IFMT) === S_IFDIR) directories.push(below);
    }
  }
  return changed;
}

/** The label that a file has, read from itself and not from what it links to. Undefined when it has none. */
export function labelOfFile(path: string, { port = openPort() }: Pick<RelabelOptions, 'port'> = {}): string | undefined {
  return getLabel(port, 'lgetxattr', path);
}

/** The way to what an fd is of, where a call takes no fd, or none of this kind. */
function ownPath(fd: number): string {
  return `/proc/self/fd/${String(fd)}`;
}

/** By device and inode, so that no other name of it, and no bind, goes unnoticed. */
function isPrecious({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): boolean {
  const homes = namesOrNone('/home').map((name) => `/home/${name}`);
  return [...system, ...homes, homedir()].some((path) => {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat?.dev === dev && stat.ino === ino;
  });
}

function namesOrNone(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function namesIn(port: SyscallPort, top: number, directory: Buffer): Buffer[] {
  using opened = openBelow(port, top, directory);
  if (opened === undefined) return [];
  try {
    return readdirSync(ownPath(opened.fd), { encoding: 'buffer' });
  } catch (error) {
    // By now it is something else.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Undefined for what is gone, and for what something is mounted on. Names are bytes: they need not be UTF-8. */
function openBelow(port: SyscallPort, top: number, path: Buffer): OwnedFd | undefined {
  const { PATH, NOFOLLOW, CLOEXEC } = openFlags(port.arch);
  const how = new BigUint64Array(OPEN_HOW.words);
  how[0] = BigInt(PATH | NOFOLLOW | CLOEXEC);
  how[2] = BigInt(RESOLVE.BENEATH | RESOLVE.NO_XDEV | RESOLVE.NO_SYMLINKS);
  const name = Buffer.concat([path, Buffer.of(0)]);
  const args = [top, name, new Uint8Array(how.buffer), OPEN_HOW.size] as const;
  try {
    return new OwnedFd(
      port,
      check(port.syscall(syscallNumber('openat2', port.arch), ...args), { syscall: 'openat2', args, path: path.toString() }),
    );
  } catch (error) {
    if (SyscallError.is(error) && ['ENOENT', 'ENOTDIR', 'EXDEV'].includes(error.code)) return undefined;
    throw error;
  }
}

/** Of an O_PATH fd, which takes no fsetxattr(2). Says whether anything has changed: 1 or 0. */
function setLabel(port: SyscallPort, fd: number, label: string, path: string): number {
  const own = ownPath(fd);
  if (getLabel(port, 'getxattr', own) === label) return 0;
  const value = Buffer.from(`${label}\0`);
  const args = [own, XATTR, value, value.byteLength, 0] as const;
  try {
    check(port.syscall(syscallNumber('setxattr', port.arch), ...args), { syscall: 'setxattr', args, path });
    return 1;
  } catch (error) {
    if (SyscallError.is(error) && error.code === 'EOPNOTSUPP') throw noLabels(path, error);
    throw error;
  }
}

function getLabel(port: SyscallPort, name: SyscallName & `${string}getxattr`, path: string): string | undefined {
  const buffer = Buffer.alloc(MAX_LABEL);
  const args = [path, XATTR, buffer, buffer.byteLength] as const;
  try {
    const length = check(port.syscall(syscallNumber(name, port.arch), ...args), { syscall: name, args, path });
    return buffer.subarray(0, length).toString().replace(/\0$/, '');
  } catch (error) {
    if (SyscallError.is(error) && ['ENODATA', 'EOPNOTSUPP'].includes(error.code)) return undefined;
    throw error;
  }
}
