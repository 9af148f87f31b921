/**
 * System calls from Node and Bun, and what one needs to make them well.
 *
 * Everything goes through a port, so tests can pass one that only records (`./testing`):
 *
 * ```ts
 * const port = openPort();                                             // koffi or bun:ffi, loaded here and not before
 * port.syscall(syscallNumber('getpid'));                               // any call; a result, or -errno
 * check(port.syscall(syscallNumber('fchdir'), 9), { syscall: 'fchdir', args: [9] });  // or thrown, named and explained
 * ```
 *
 * Some calls have a typed wrapper that throws SyscallError, named and ordered as in the manual; their fds
 * belong in an `OwnedFd`:
 *
 * ```ts
 * using root = new OwnedFd(port, openat(port, AT.FDCWD, '/srv/rootfs', O.PATH | O.DIRECTORY | O.CLOEXEC));
 * using etc = mkdirAllInRoot(port, root.fd, 'etc/app', 0o755);         // no link in there leads out
 * using proc = openProcfs(port);                                       // proven, and reached past no mount
 * ```
 *
 * @packageDocumentation
 */
export { type Arch, architectures, hostArch } from './arch.js';
export { findSyscall, type SyscallName, syscallName, syscallNames, syscallNumber } from './numbers.js';
export { errnoName, errnoNumber, errnoText } from './errno.js';

export type { SyscallArg, SyscallPort } from './port.js';
export { openPort } from './open-port.js';
export { check, type FailedCall, syscallFailed } from './failed-call.js';
export { describeCall, type DescribableArg, type Pointed } from './describe.js';
export { describeFlags } from './describe-flags.js';

export { FS_MAGIC, RENAME, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, STATX } from './constants/file.js';
export { AT, F, FD_CLOEXEC, MFD, O, openFlags, type OpenFlags, RESOLVE } from './constants/open.js';
export { CLD, CLONE, CLOSE_RANGE, P, PR, W } from './constants/process.js';
export { signalName, signalNumber } from './constants/signals.js';
export { AF, MSG, SOCK } from './constants/socket.js';

export { close, closeRange, dup3, fcntl, ftruncate, read, readAll, write } from './calls/fd.js';
export { memfdCreate, openat, openat2, type OpenHow } from './calls/open.js';
export { pidfdOpen, pidfdSendSignal, prctl, setns, unshare, waitid, type WaitResult } from './calls/process.js';
export { bind, connect, recvfrom, sendto, setsockopt, socket } from './calls/socket.js';
export { fstat, fstatfsType, statx, type Statx } from './calls/stat.js';
export { makedev, mkdirat, mknodat, readlinkat, renameat2, symlinkat, unlinkat } from './calls/tree.js';
export { execveat, type ExecveatCall } from './execveat.js';

export { openFds, OwnedFd } from './owned-fd.js';
export { mkdirAllInRoot, openBeneath, openInRoot } from './paths.js';
export { openProcfs, ProcfsHandle, type ProcfsSettings } from './procfs.js';
