import { SyscallError } from '@standpipe/errors';
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
