import type { Arch } from './arch.js';
import { syscallName } from './numbers.js';

const repeatable = new Set(
  (
    'openat openat2 open creat read pread64 readv preadv write pwrite64 writev pwritev readlinkat statx fstat newfstatat fstatfs statfs ' +
    'fcntl ftruncate fallocate fsync fdatasync flock dup dup3 mkdirat mknodat symlinkat unlinkat renameat2 linkat fchmodat fchmodat2 fchownat ' +
    'waitid wait4 getrandom memfd_create copy_file_range socket bind setsockopt sendto recvfrom'
  ).split(' '),
);

/** True for calls that were not begun, or can be begun again, when they return EINTR. Asked after the fact: speed is no concern. */
export function isRepeatable(nr: number, arch: Arch): boolean {
  return repeatable.has(syscallName(nr, arch) ?? '');
}
