import { type Arch, hostArch } from '../arch.js';

/** The O_* flags of open(2) of one architecture. */
export interface OpenFlags {
  readonly RDONLY: number;
  readonly WRONLY: number;
  readonly RDWR: number;
  readonly ACCMODE: number;
  readonly CREAT: number;
  readonly EXCL: number;
  readonly NOCTTY: number;
  readonly TRUNC: number;
  readonly APPEND: number;
  readonly NONBLOCK: number;
  readonly DSYNC: number;
  readonly DIRECT: number;
  readonly LARGEFILE: number;
  readonly DIRECTORY: number;
  readonly NOFOLLOW: number;
  readonly NOATIME: number;
  readonly CLOEXEC: number;
  readonly SYNC: number;
  readonly PATH: number;
  readonly TMPFILE: number;
}

/** The O_* flags of an architecture. Four of them differ: arm64 and ppc64le number DIRECTORY, NOFOLLOW, DIRECT and LARGEFILE their own way. */
export function openFlags(arch: Arch = hostArch()): OpenFlags {
  return arch === 'arm64' ? arm64 : arch === 'ppc64le' ? ppc64le : generic;
}

const same = {
  RDONLY: 0,
  WRONLY: 0o1,
  RDWR: 0o2,
  ACCMODE: 0o3,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DSYNC: 0o10000,
  NOATIME: 0o1000000,
  CLOEXEC: 0o2000000,
  SYNC: 0o4010000,
  PATH: 0o10000000,
} as const;

const generic: OpenFlags = { ...same, DIRECT: 0o40000, LARGEFILE: 0o100000, DIRECTORY: 0o200000, NOFOLLOW: 0o400000, TMPFILE: 0o20200000 };
const arm64: OpenFlags = { ...same, DIRECTORY: 0o40000, NOFOLLOW: 0o100000, DIRECT: 0o200000, LARGEFILE: 0o400000, TMPFILE: 0o20040000 };
const ppc64le: OpenFlags = { ...same, DIRECTORY: 0o40000, NOFOLLOW: 0o100000, LARGEFILE: 0o200000, DIRECT: 0o400000, TMPFILE: 0o20040000 };

/** The O_* flags of this machine. */
export const O: OpenFlags = openFlags(process.arch === 'arm64' ? 'arm64' : process.arch === 'ppc64' ? 'ppc64le' : 'x64');

/** How openat2(2) resolves a path. @kernel 5.6; CACHED 5.12 */
export const RESOLVE = {
  NO_XDEV: 0x01,
  NO_MAGICLINKS: 0x02,
  NO_SYMLINKS: 0x04,
  BENEATH: 0x08,
  IN_ROOT: 0x10,
  CACHED: 0x20,
} as const;

/** Where a path starts, and what to make of it. */
export const AT = {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  REMOVEDIR: 0x200,
  EACCESS: 0x200,
  SYMLINK_FOLLOW: 0x400,
  NO_AUTOMOUNT: 0x800,
  EMPTY_PATH: 0x1000,
  STATX_FORCE_SYNC: 0x2000,
  STATX_DONT_SYNC: 0x4000,
  RECURSIVE: 0x8000,
} as const;

/** memfd_create(2). @kernel 3.17; NOEXEC_SEAL and EXEC 6.3 */
export const MFD = {
  CLOEXEC: 0x1,
  ALLOW_SEALING: 0x2,
  HUGETLB: 0x4,
  NOEXEC_SEAL: 0x8,
  EXEC: 0x10,
} as const;

/** The commands of fcntl(2), and the seals of F_ADD_SEALS. */
export const F = {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  OFD_GETLK: 36,
  OFD_SETLK: 37,
  OFD_SETLKW: 38,
  SETLEASE: 1024,
  GETLEASE: 1025,
  DUPFD_CLOEXEC: 1030,
  SETPIPE_SZ: 1031,
  GETPIPE_SZ: 1032,
  ADD_SEALS: 1033,
  GET_SEALS: 1034,
  SEAL_SEAL: 0x1,
  SEAL_SHRINK: 0x2,
  SEAL_GROW: 0x4,
  SEAL_WRITE: 0x8,
  SEAL_FUTURE_WRITE: 0x10,
  SEAL_EXEC: 0x20,
} as const;

/** The one flag of F_GETFD and F_SETFD. */
export const FD_CLOEXEC = 1;
