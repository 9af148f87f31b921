/**
 * System calls from Node and Bun.
 *
 * @packageDocumentation
 */
export { type Arch, architectures, hostArch } from './arch.js';
export { findSyscall, type SyscallName, syscallName, syscallNames, syscallNumber } from './numbers.js';
export { errnoName, errnoNumber, errnoText } from './errno.js';
export type { SyscallArg, SyscallPort } from './port.js';
export { openPort } from './open-port.js';
export { check, type FailedCall, syscallFailed } from './errors.js';
export { describeCall, type DescribableArg } from './describe.js';
export { AT, F, FD_CLOEXEC, MFD, O, openFlags, type OpenFlags, RESOLVE } from './constants/open.js';
export { execveat, type ExecveatCall } from './execveat.js';
export { openat2, type OpenHow } from './calls/openat2.js';
