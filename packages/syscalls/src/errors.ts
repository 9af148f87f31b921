import { NotSupportedError, PlumbingError, SafetyError, SyscallError } from '@standpipe/errors';
import { describeCall, type DescribableArg } from './describe.js';
import { errnoName, errnoText } from './errno.js';

/** What was asked of the kernel, for the message of a SyscallError. */
export interface FailedCall {
  /** Name of the system call. */
  readonly syscall: string;
  /** The arguments as they were passed; rendered as strace(1) would. */
  readonly args?: readonly DescribableArg[] | undefined;
  readonly path?: string | undefined;
  readonly dest?: string | undefined;
  /** What was attempted, in a few words that go before the call: `open the console`. */
  readonly message?: string | undefined;
  readonly hint?: string | undefined;
}

/** A SyscallError that reads `openat2(3, "etc", {flags=O_PATH}, 24) = ENOENT (no such file or directory)`. */
export function syscallFailed(errno: number, call: FailedCall): SyscallError {
  const code = errnoName(errno);
  const attempt = call.message === undefined ? '' : `${call.message}: `;
  const shown = describeCall(call.syscall, call.args ?? []);
  return new SyscallError(`${attempt}${shown} = ${code} (${errnoText(errno)})`, {
    code,
    errno: Math.abs(errno),
    syscall: call.syscall,
    path: call.path,
    dest: call.dest,
    hint: call.hint,
  });
}

/** Gives a port's result back, or throws the SyscallError for it when it is negative. */
export function check(result: number, call: FailedCall): number {
  if (result < 0) throw syscallFailed(result, call);
  return result;
}

export function unknownArchitecture(arch: string): NotSupportedError {
  return new NotSupportedError(`no system call tables for the architecture ${arch}`, { feature: `architecture ${arch}` });
}

export function noSuchSyscall(name: string, arch: string): NotSupportedError {
  return new NotSupportedError(`${arch} has no system call ${name}`, { feature: name });
}

export function noNativeDoor(cause: unknown): NotSupportedError {
  return new NotSupportedError('system calls cannot be made from this process: the native library did not load', {
    feature: 'native system calls',
    cause,
    hint: 'install the optional package @koromix/koffi-linux-* of this architecture, or run under Bun',
  });
}

export function badArgument(value: unknown, why: string): PlumbingError {
  return new PlumbingError(`not an argument for a system call: ${typeof value === 'string' ? JSON.stringify(value) : String(value)} ${why}`, {
    code: 'ARGUMENT_INVALID',
  });
}

export function fdClosed(): PlumbingError {
  return new PlumbingError('this file descriptor was closed or given away', { code: 'FD_CLOSED' });
}

export function notCreatable(path: string): PlumbingError {
  return new PlumbingError(`make directories ${JSON.stringify(path)}: ".." behind a directory that does not exist leads nowhere`, {
    code: 'PATH_INVALID',
  });
}

export function notProcfs(found: string): SafetyError {
  return new SafetyError(`/proc is not the procfs it should be: ${found}`, { invariant: 'procfs is proven before it is trusted' });
}

export function procfsTampered(path: string, cause: SyscallError): SafetyError {
  const what = cause.code === 'EXDEV' ? 'something is mounted over it' : 'a link is in the way';
  return new SafetyError(`open ${JSON.stringify(path)} in procfs: ${what}`, { invariant: 'procfs is reached past no mount and no link', cause });
}
