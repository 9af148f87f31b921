import { SyscallError } from '@standpipe/errors';
import { openat2 } from './calls/open.js';
import { mkdirat } from './calls/tree.js';
import { openFlags, RESOLVE } from './constants/open.js';
import { notCreatable } from './errors.js';
import { OwnedFd } from './owned-fd.js';
import type { SyscallPort } from './port.js';

/** Tries of one resolution. A rename storm that outlasts them is an attack on our time: give up. */
const maxTries = 128;

/**
 * Opens `path` as a process would whose root directory is `rootFd`: absolute links and `..` stay inside,
 * magic links (`/proc/PID/root`, `/proc/PID/fd/N`) are refused. O_CLOEXEC is added. A last component that is a
 * link is followed, inside the root, unless `flags` has O_NOFOLLOW.
 *
 * Use the fd afterwards, never the path: it is right only for the moment in which it was resolved.
 *
 * @man openat2(2)
 * @kernel 5.6
 * @errno EAGAIN renames went on throughout 128 tries
 * @errno ELOOP a magic link, or too many links
 */
export function openInRoot(port: SyscallPort, rootFd: number, path: string, flags: number, mode = 0): OwnedFd {
  return resolve(port, rootFd, path, flags, mode, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS);
}

/**
 * Opens `path`, refusing to leave `rootFd` rather than bending the path to stay inside: an absolute path or
 * link, or a `..` too many, fails with EXDEV. For paths that have no business pointing elsewhere.
 *
 * @man openat2(2)
 * @kernel 5.6
 * @errno EXDEV the path leaves `rootFd`
 */
export function openBeneath(port: SyscallPort, rootFd: number, path: string, flags: number, mode = 0): OwnedFd {
  return resolve(port, rootFd, path, flags, mode, RESOLVE.BENEATH | RESOLVE.NO_MAGICLINKS);
}

function resolve(port: SyscallPort, dirfd: number, path: string, flags: number, mode: number, how: number): OwnedFd {
  const open = openFlags(port.arch);
  for (let tries = 1; ; tries++) {
    try {
      return new OwnedFd(port, openat2(port, dirfd, path, { flags: flags | open.CLOEXEC, mode, resolve: how }));
    } catch (error) {
      if (tries < maxTries && hasCode(error, 'EAGAIN')) continue;
      throw error;
    }
  }
}

/**
 * Makes the directory `path` in the root `rootFd`, with the parents it lacks, and gives an O_PATH fd of it. What
 * exists is resolved as `openInRoot` does; what is made is made one name at a time, each in the directory just
 * opened, so a link put in the way meanwhile is not followed but refused. A dangling link is not created through.
 * The umask is taken off `mode`.
 *
 * @kernel 5.6
 * @errno ENOTDIR a component is there and isn't a directory; or is a dangling link, or a link that has just appeared
 */
export function mkdirAllInRoot(port: SyscallPort, rootFd: number, path: string, mode: number): OwnedFd {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const prefix = openLongestPrefix(port, rootFd, names);
  let { directory } = prefix;
  try {
    const missing = names.slice(prefix.depth);
    if (missing.includes('..')) throw notCreatable(path);
    for (const name of missing) {
      const next = makeAndOpen(port, directory.fd, name, mode);
      directory.close();
      directory = next;
    }
    return directory;
  } catch (error) {
    directory.close();
    throw error;
  }
}

function openLongestPrefix(port: SyscallPort, rootFd: number, names: readonly string[]): { directory: OwnedFd; depth: number } {
  const open = openFlags(port.arch);
  for (let depth = names.length; ; depth--) {
    try {
      const prefix = depth === 0 ? '.' : names.slice(0, depth).join('/');
      return { directory: openInRoot(port, rootFd, prefix, open.PATH | open.DIRECTORY), depth };
    } catch (error) {
      if (depth === 0 || !hasCode(error, 'ENOENT')) throw error;
    }
  }
}

function makeAndOpen(port: SyscallPort, dirfd: number, name: string, mode: number): OwnedFd {
  const open = openFlags(port.arch);
  try {
    mkdirat(port, dirfd, name, mode);
  } catch (error) {
    // Someone else was first. Whether it is a directory shows in a moment.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  return resolve(port, dirfd, name, open.PATH | open.DIRECTORY | open.NOFOLLOW, 0, RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS);
}

function hasCode(error: unknown, code: string): boolean {
  return SyscallError.is(error) && error.code === code;
}
