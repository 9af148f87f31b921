import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { posix } from 'node:path';
import { invalidRoot, unsafeRoot } from './errors.js';

/**
 * Where the states of containers lie when nobody says otherwise: `/run/standpipe` for root,
 * `$XDG_RUNTIME_DIR/standpipe` for ordinary users, and a directory of their own in /tmp for those without one.
 */
export function defaultStateRoot(env: Readonly<Record<string, string | undefined>>, uid: number): string {
  if (uid === 0) return '/run/standpipe';
  const runtimeDir = env['XDG_RUNTIME_DIR'];
  if (runtimeDir !== undefined && posix.isAbsolute(runtimeDir)) return posix.join(runtimeDir, 'standpipe');
  return `/tmp/standpipe-${String(uid)}`;
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
