import { NotSupportedError, PlumbingError, SafetyError, type SyscallError } from '@standpipe/errors';

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
  return new PlumbingError(
    `not an argument for a system call: ${typeof value === 'string' ? JSON.stringify(value) : String(value)} ${why}`,
    {
      code: 'ARGUMENT_INVALID',
    },
  );
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
  return new SafetyError(`open ${JSON.stringify(path)} in procfs: ${what}`, {
    invariant: 'procfs is reached past no mount and no link',
    cause,
  });
}
