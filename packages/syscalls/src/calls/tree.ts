import { check } from '../failed-call.js';
import { syscallNumber } from '../numbers.js';
import type { SyscallPort } from '../port.js';

/**
 * Makes a directory. The process's umask is taken off `mode`.
 *
 * @man mkdirat(2)
 */
export function mkdirat(port: SyscallPort, dirfd: number, path: string, mode: number): void {
  const args = [dirfd, path, mode] as const;
  check(port.syscall(syscallNumber('mkdirat', port.arch), ...args), { syscall: 'mkdirat', args, path });
}

/**
 * Makes a device, FIFO, socket or file, as the type bits of `mode` say. The umask is taken off `mode`.
 *
 * @man mknodat(2)
 * @cap CAP_MKNOD, for devices, in the initial user namespace
 */
export function mknodat(
  port: SyscallPort,
  dirfd: number,
  path: string,
  mode: number,
  dev: { readonly major: number; readonly minor: number },
): void {
  const args = [dirfd, path, mode, makedev(dev.major, dev.minor)] as const;
  check(port.syscall(syscallNumber('mknodat', port.arch), ...args), { syscall: 'mknodat', args, path });
}

/** A device number as system calls take it: 12 bits of major, 20 of minor, the low 8 bits of minor below the major. */
export function makedev(major: number, minor: number): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
}

/**
 * Makes a symbolic link at `linkpath` that says `target`.
 *
 * @man symlinkat(2)
 */
export function symlinkat(port: SyscallPort, target: string, newdirfd: number, linkpath: string): void {
  const args = [target, newdirfd, linkpath] as const;
  check(port.syscall(syscallNumber('symlinkat', port.arch), ...args), { syscall: 'symlinkat', args, path: target, dest: linkpath });
}

/**
 * Removes a name, of an empty directory with AT.REMOVEDIR.
 *
 * @man unlinkat(2)
 */
export function unlinkat(port: SyscallPort, dirfd: number, path: string, flags: number): void {
  const args = [dirfd, path, flags] as const;
  check(port.syscall(syscallNumber('unlinkat', port.arch), ...args), { syscall: 'unlinkat', args, path });
}

/**
 * Renames, or with RENAME.EXCHANGE swaps two names in one step.
 *
 * @man renameat2(2)
 * @kernel 3.15
 * @errno EINVAL the filesystem doesn't support a flag
 */
export function renameat2(port: SyscallPort, olddirfd: number, oldpath: string, newdirfd: number, newpath: string, flags: number): void {
  const args = [olddirfd, oldpath, newdirfd, newpath, flags] as const;
  check(port.syscall(syscallNumber('renameat2', port.arch), ...args), { syscall: 'renameat2', args, path: oldpath, dest: newpath });
}

/**
 * What a symbolic link says. With an empty `path`, `dirfd` is the link itself, opened with O_PATH|O_NOFOLLOW.
 * Bytes that aren't UTF-8 become U+FFFD.
 *
 * @man readlinkat(2)
 */
export function readlinkat(port: SyscallPort, dirfd: number, path: string): string {
  for (let size = 256; ; size *= 4) {
    const buffer = new Uint8Array(size);
    const args = [dirfd, path, buffer, size] as const;
    const length = check(port.syscall(syscallNumber('readlinkat', port.arch), ...args), { syscall: 'readlinkat', args, path });
    // Full to the brim means cut short: the kernel doesn't say.
    if (length < size) return new TextDecoder().decode(buffer.subarray(0, length));
  }
}
