import { lstatSync } from 'node:fs';
import type { LinuxDevice } from './device.js';
import { notADevice } from './errors.js';

/**
 * Reads a device node of this machine, in the form that `linux.devices` has. Links are not followed.
 *
 * @throws PlumbingError `NOT_A_DEVICE` for anything else than a character or block device or fifo, and Node's own errors, `ENOENT` and the like
 */
export function hostDevice(path: string): LinuxDevice {
  const stat = lstatSync(path);
  const type = stat.isCharacterDevice() ? 'c' : stat.isBlockDevice() ? 'b' : stat.isFIFO() ? 'p' : undefined;
  if (type === undefined) throw notADevice(path, stat.isSymbolicLink() ? 'a symbolic link' : stat.isDirectory() ? 'a directory' : 'a file');
  const owner = { fileMode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid };
  if (type === 'p') return { type, path, ...owner };
  // The kernel's 12 and 20 bits, in libc's arrangement; no more than 32 of its 64 bits are ever in use.
  return { type, path, major: (stat.rdev >>> 8) & 0xfff, minor: (stat.rdev & 0xff) | ((stat.rdev >>> 12) & 0xfff00), ...owner };
}
