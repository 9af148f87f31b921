import { NotSupportedError, PlumbingError, SpecError, type SpecIssue, SyscallError } from '@standpipe/errors';

export function deviceRulesInvalid(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  const message = issues.length === 1 && first !== undefined ? first.message : `${String(issues.length)} problems`;
  return new SpecError(`the device rules can't be applied as asked: ${message}`, { issues });
}

/** What no table of exceptions can hold, on v1 and in runc's reading on v2 as well. */
export function holeInRule(rule: { allow: boolean; text: string; pointer: string }, wider: { text: string; pointer: string }): SpecError {
  const verb = rule.allow ? 'allow' : 'deny';
  const done = rule.allow ? 'denies' : 'allows';
  return deviceRulesInvalid([
    {
      pointer: rule.pointer,
      message: `can't ${verb} ${JSON.stringify(rule.text)} where ${wider.pointer} ${done} ${JSON.stringify(wider.text)}: a part of a rule can't be taken back`,
      expected: 'the devices named one by one in the wider rule',
    },
  ]);
}

export function deviceListUnreadable(line: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(line)} is no line of devices.list`, { code: 'CGROUP_DEVICES_UNREADABLE' });
}

export function tooManyInstructions(count: number): NotSupportedError {
  return new NotSupportedError(`the device rules make a program that jumps over ${String(count)} instructions`, {
    feature: 'device programs with jumps over more than 32767 instructions',
  });
}

/** The kernel refused to load a program, with what its verifier wrote. */
export function deviceProgramRefused(failed: SyscallError, verifierLog: string): SyscallError {
  const log = verifierLog.trim();
  const said = log === '' ? '' : `; the verifier says: ${log.split('\n').at(-1) ?? ''}`;
  return new SyscallError(`${failed.message}${said}`, {
    code: failed.code,
    errno: failed.errno,
    syscall: failed.syscall,
    hint: failed.hint,
    details: { verifierLog: log },
  });
}
