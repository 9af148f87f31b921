import { PlumbingError, SpecError, type SpecIssue } from '@standpipe/errors';

export function invalidHooks(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  return new SpecError(issues.length === 1 && first !== undefined ? first.message : `${issues.length} problems with the hooks`, { issues });
}

/** The sentence is the program's own: it names the hook, and tells what became of it. */
export function hookFailed(sentence: string, kind: string): PlumbingError {
  return new PlumbingError(sentence, { code: 'HOOK_FAILED', details: { kind } });
}

/** standpipe-init itself was ended. */
export function hooksLost(kind: string, how: string): PlumbingError {
  return new PlumbingError(`the process that runs the ${kind} hooks ended with ${how}`, { code: 'HOOKS_LOST', details: { kind } });
}
