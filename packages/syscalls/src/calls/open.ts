import { check } from '../failed-call.js';
import { syscallNumber } from '../numbers.js';
import type { SyscallPort } from '../port.js';

/** struct open_how: `flags` O_*, `mode` only with O_CREAT or O_TMPFILE, `resolve` RESOLVE_*. */
export interface OpenHow {
  readonly flags: number;
  readonly mode?: number;
  readonly resolve?: number;
}

/**
 * Opens a file, saying how its path may be resolved. O_CLOEXEC is not implied.
 *
 * @man openat2(2)
 * @kernel 5.6
 * @errno EAGAIN with BENEATH or IN_ROOT, a rename or mount anywhere went on while `..` was followed: try again
 * @errno EINVAL `mode` without O_CREAT or O_TMPFILE
 * @errno ELOOP a link was met that `resolve` forbids
 * @errno EXDEV the path leaves `dirfd` (BENEATH) or crosses a mount (NO_XDEV)
 */
export function openat2(port: SyscallPort, dirfd: number, path: string, how: OpenHow): number {
  const bytes = encodeOpenHow(how);
  const args = [dirfd, path, bytes, bytes.byteLength] as const;
  return check(port.syscall(syscallNumber('openat2', port.arch), ...args), { syscall: 'openat2', args, path });
}

/** The 24 bytes of struct open_how, in this machine's byte order. */
function encodeOpenHow(how: OpenHow): Uint8Array {
  return new Uint8Array(new BigUint64Array([BigInt(how.flags), BigInt(how.mode ?? 0), BigInt(how.resolve ?? 0)]).buffer);
}

/**
 * Opens a file. For paths that someone else chose, take `openInRoot` instead.
 *
 * @man openat(2)
 */
export function openat(port: SyscallPort, dirfd: number, path: string, flags: number, mode = 0): number {
  const args = [dirfd, path, flags, mode] as const;
  return check(port.syscall(syscallNumber('openat', port.arch), ...args), { syscall: 'openat', args, path });
}

/**
 * Makes an anonymous file in memory.
 *
 * @man memfd_create(2)
 * @kernel 3.17
 * @errno EINVAL a flag that this kernel doesn't know; EXEC and NOEXEC_SEAL came with 6.3
 */
export function memfdCreate(port: SyscallPort, name: string, flags: number): number {
  const args = [name, flags] as const;
  return check(port.syscall(syscallNumber('memfd_create', port.arch), ...args), { syscall: 'memfd_create', args });
}
