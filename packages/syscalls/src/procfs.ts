import { SyscallError } from '@standpipe/errors';
import { openat, openat2 } from './calls/open.js';
import { fstat, fstatfsType } from './calls/stat.js';
import { FS_MAGIC } from './constants/file.js';
import { AT, openFlags, RESOLVE } from './constants/open.js';
import { notProcfs, procfsTampered } from './errors.js';
import { syscallNumber } from './numbers.js';
import { OwnedFd } from './owned-fd.js';
import type { SyscallPort } from './port.js';

/** The inode number that the kernel gives to the root of every procfs. */
const procRootIno = 1n;

/**
 * A procfs that is known to be one. Whoever may mount can lay a file or a whole tree over /proc, and then what
 * is written to /proc/self/attr/exec, say, goes where they please; through this handle it does not.
 */
export class ProcfsHandle implements Disposable {
  readonly #port: SyscallPort;
  readonly #root: OwnedFd;
  /** True for an instance of our own, which nobody else can mount over. */
  readonly isPrivate: boolean;

  /** Takes over a root that has been proven. Use `openProcfs`. */
  constructor(port: SyscallPort, root: OwnedFd, isPrivate: boolean) {
    this.#port = port;
    this.#root = root;
    this.isPrivate = isPrivate;
  }

  /**
   * Opens a file of procfs, `thread-self/attr/exec` or `sys/net/ipv4/ip_forward`, past no mount and no link.
   * `self` and `thread-self` at the front are the only links taken. O_CLOEXEC is added.
   *
   * What belongs to a thread wants `thread-self`: `self` is the main thread.
   *
   * @errno ENOENT also when this procfs belongs to another pid namespace and can't show us
   */
  open(path: string, flags: number): OwnedFd {
    const { CLOEXEC } = openFlags(this.#port.arch);
    const [, front, rest] = /^(self|thread-self)(?:\/+(.*))?$/s.exec(path) ?? [];
    if (front === undefined) return this.#resolve(path, this.#root.fd, path, flags | CLOEXEC, RESOLVE.NO_SYMLINKS);
    if (rest === undefined || rest === '') return this.#resolve(path, this.#root.fd, front, flags | CLOEXEC, RESOLVE.NO_MAGICLINKS);
    const base = this.#openDirectory(front);
    try {
      return this.#resolve(path, base.fd, rest, flags | CLOEXEC, RESOLVE.NO_SYMLINKS);
    } finally {
      base.close();
    }
  }

  /**
   * Opens again, with other flags, what an fd of ours stands for: the way from a checked O_PATH fd to one that can
   * be read or written, with no path in between.
   */
  reopen(fd: number, flags: number): OwnedFd {
    const { PATH, DIRECTORY, NOFOLLOW, CLOEXEC } = openFlags(this.#port.arch);
    const directory = this.open('thread-self/fd', PATH | DIRECTORY);
    try {
      const name = String(fd);
      // This one link has to be followed. That it is the link, and not a mount over it, is seen by opening it itself.
      this.#resolve(`thread-self/fd/${name}`, directory.fd, name, PATH | NOFOLLOW | CLOEXEC, RESOLVE.NO_SYMLINKS).close();
      return new OwnedFd(this.#port, openat(this.#port, directory.fd, name, flags | CLOEXEC));
    } finally {
      directory.close();
    }
  }

  close(): void {
    this.#root.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #openDirectory(front: string): OwnedFd {
    const { PATH, DIRECTORY, CLOEXEC } = openFlags(this.#port.arch);
    // These two are links made of text, which the kernel takes even where magic ones are refused.
    return this.#resolve(front, this.#root.fd, front, PATH | DIRECTORY | CLOEXEC, RESOLVE.NO_MAGICLINKS);
  }

  #resolve(whole: string, dirfd: number, path: string, flags: number, links: number): OwnedFd {
    try {
      const resolve = RESOLVE.BENEATH | RESOLVE.NO_XDEV | links;
      return new OwnedFd(this.#port, openat2(this.#port, dirfd, path, { flags, resolve }));
    } catch (error) {
      if (SyscallError.is(error) && (error.code === 'EXDEV' || error.code === 'ELOOP')) throw procfsTampered(whole, error);
      throw error;
    }
  }
}

/** Which procfs to open. */
export interface ProcfsSettings {
  /** Where procfs is mounted, for want of an instance of our own. Default `/proc`. */
  readonly path?: string;
  /** False to take the mounted one even where a private instance could be had. */
  readonly private?: boolean;
}

/**
 * Opens a procfs and proves it: right filesystem, and its root. Where we may (CAP_SYS_ADMIN) it is an instance made
 * for us alone, in no mount namespace; otherwise the one at /proc, whose every path is then opened past no mount.
 *
 * @man fsopen(2)
 * @kernel 5.6
 */
export function openProcfs(port: SyscallPort, settings: ProcfsSettings = {}): ProcfsHandle {
  const own = settings.private === false ? undefined : makeInstance(port);
  const { PATH, DIRECTORY, NOFOLLOW, CLOEXEC } = openFlags(port.arch);
  const root = own ?? new OwnedFd(port, openat(port, AT.FDCWD, settings.path ?? '/proc', PATH | DIRECTORY | NOFOLLOW | CLOEXEC));
  try {
    proveProcfsRoot(port, root.fd);
    return new ProcfsHandle(port, root, own !== undefined);
  } catch (error) {
    root.close();
    throw error;
  }
}

/** Throws SafetyError unless the fd is the root directory of a procfs. */
function proveProcfsRoot(port: SyscallPort, fd: number): void {
  const type = fstatfsType(port, fd);
  if (type !== FS_MAGIC.PROC) throw notProcfs(`its filesystem has the magic number 0x${type.toString(16)}`);
  const { ino } = fstat(port, fd);
  if (ino !== procRootIno) throw notProcfs(`inode ${ino} is not its root`);
}

const FSOPEN_CLOEXEC = 1;
const FSMOUNT_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
const MOUNT_ATTR_NOSUID_NODEV_NOEXEC = 0x2 | 0x4 | 0x8;

/**
 * A mount of procfs that is attached nowhere; undefined where we may not. That is no loss of safety, only of a way
 * to work where /proc is mounted over, so any errno will do.
 */
function makeInstance(port: SyscallPort): OwnedFd | undefined {
  const context = port.syscall(syscallNumber('fsopen', port.arch), 'proc', FSOPEN_CLOEXEC);
  if (context < 0) return undefined;
  const owned = new OwnedFd(port, context);
  try {
    if (port.syscall(syscallNumber('fsconfig', port.arch), context, FSCONFIG_CMD_CREATE, null, null, 0) < 0) return undefined;
    const mount = port.syscall(syscallNumber('fsmount', port.arch), context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID_NODEV_NOEXEC);
    return mount < 0 ? undefined : new OwnedFd(port, mount);
  } finally {
    owned.close();
  }
}
