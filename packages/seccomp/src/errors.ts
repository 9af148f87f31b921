import { PlumbingError, SpecError, type SpecIssue } from '@standpipe/errors';

export function profileInvalid(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  return new SpecError(first === undefined ? 'the seccomp profile is not valid' : `${first.pointer}: ${first.message}`, { issues });
}

export function filterTooLong(instructions: number, limit: number, pointer: string): SpecError {
  const message =
    `makes a filter of ${String(instructions)} instructions, and the kernel takes no more than ${String(limit)} (BPF_MAXINSNS): ` +
    'fewer architectures, or fewer rules with conditions, make a shorter one';
  return new SpecError(message, { code: 'SECCOMP_FILTER_TOO_LONG', issues: [{ pointer, message }] });
}

export function tooManyConditions(syscall: string, conditions: number, limit: number, pointer: string): SpecError {
  const message = `has ${String(conditions)} conditions for ${syscall}, and no more than ${String(limit)} can be had`;
  return new SpecError(message, { code: 'SECCOMP_FILTER_TOO_LONG', issues: [{ pointer, message }] });
}

export function noListener(pointer: string): SpecError {
  const message = 'SCMP_ACT_NOTIFY has nobody to notify';
  return new SpecError(message, { issues: [{ pointer: `${pointer}/listenerPath`, message, expected: 'the path of a Unix socket' }] });
}

/** The command would never be executed: the kernel would hold, deny or kill what leads there. */
export function forbidsSetUp(syscall: string, outcome: string, rule: string | undefined, pointer: string): SpecError {
  const message = `the set-up still makes ${syscall}(2) once the filter is loaded, and there it ${outcome}`;
  return new SpecError(message, {
    code: 'SECCOMP_FORBIDS_SET_UP',
    issues: [{ pointer: rule ?? `${pointer}/defaultAction`, message, expected: `a rule that allows ${syscall}` }],
  });
}

export function badInstruction(at: number, what: string): PlumbingError {
  return new PlumbingError(`instruction ${String(at)} of the filter ${what}`, { code: 'BPF_INVALID' });
}

export function listenerPathInvalid(path: string, limit: number, pointer: string): SpecError {
  const message = `${JSON.stringify(path)} is no path that a socket can have`;
  return new SpecError(message, { issues: [{ pointer, message, expected: `1 to ${String(limit)} bytes` }] });
}
