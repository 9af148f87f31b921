import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { invalidRoot, unsafeRoot } from './errors.js';

/**
 * Where the states of containers lie when nobody says otherwise: `/run/standpipe` for root,
 * `$XDG_RUNTIME_DIR/standpipe` for ordinary users, and a directory of their own in /tmp for those without one.
 *
 * Rootless Podman runs its runtime as root of a user namespace, which is an ordinary user for all else; `USER` is
 * root only where somebody is meant to take it for the real one.
 */
export function defaultStateRoot(
  env: Readonly<Record<string, string | undefined>>,
  uid: number,
  inUserNamespace: () => boolean = isInUserNamespace,
): string {
  const runtimeDir = env['XDG_RUNTIME_DIR'];
  const isUsable = runtimeDir !== undefined && posix.isAbsolute(runtimeDir);
  if (uid === 0 && !(isUsable && env['USER'] !== 'root' && inUserNamespace())) return '/run/standpipe';
  return isUsable ? posix.join(runtimeDir, 'standpipe') : `/tmp/standpipe-${String(uid)}`;
}

/** Whether this process is in another user namespace than the machine's first, which maps every id to itself. */
export function isInUserNamespace(): boolean {
  return !/^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
}

/** The path without `.`, `..` and a slash at its end, where a link would be followed after all. */
export function normalizeRoot(root: string): string {
  if (!posix.isAbsolute(root) || root.includes('\0')) throw invalidRoot(root);
  const path = posix.resolve(root);
  if (path === '/') throw invalidRoot(root);
  return path;
}

/**
 * Opens the state directory and makes sure that it is ours alone: owned by this user, not writable by
 * group or others, and no link. So nobody else can have put anything into it.
 *
 * @returns a fd, or undefined when there is no such directory yet
 */
export function openStateRoot(root: string): number | undefined {
  const path = normalizeRoot(root);
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR' || code === 'ELOOP') throw unsafeRoot(path, 'is no directory');
    throw error;
  }
  try {
    const { uid, mode } = fstatSync(fd);
    if (uid !== process.geteuid?.()) throw unsafeRoot(path, 'belongs to another user');
    if ((mode & 0o022) !== 0) throw unsafeRoot(path, 'is writable by others');
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
