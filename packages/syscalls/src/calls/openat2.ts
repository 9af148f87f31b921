import { check } from '../errors.js';
import { syscallNumber } from '../numbers.js';
import type { SyscallPort } from '../port.js';

/** struct open_how: flags O_*, mode only with O_CREAT or O_TMPFILE, resolve RESOLVE_*. */
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
 * @errno EAGAIN RESOLVE_IN_ROOT or BENEATH met a rename or mount at the same moment: try again
 * @errno ELOOP a link was met that `resolve` forbids
 * @errno EXDEV the path leaves `dirfd` (BENEATH), or crosses a mount (NO_XDEV)
 */
export function openat2(port: SyscallPort, dirfd: number, path: string, how: OpenHow): number {
  const bytes = openHow(how);
  const args = [dirfd, path, bytes, bytes.byteLength] as const;
  return check(port.syscall(syscallNumber('openat2', port.arch), ...args), { syscall: 'openat2', args, path });
}

/** The 24 bytes of struct open_how, in this machine's byte order. */
export function openHow(how: OpenHow): Uint8Array {
  return new Uint8Array(new BigUint64Array([BigInt(how.flags), BigInt(how.mode ?? 0), BigInt(how.resolve ?? 0)]).buffer);
}
