import { SpecError, type SpecIssue } from '@standpipe/errors';

/** One thing wrong with a part of `process` or `linux`. */
export function invalid(issue: SpecIssue): SpecError {
  return invalidAll([issue]);
}

export function invalidAll(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  return new SpecError(issues.length === 1 && first !== undefined ? first.message : `${String(issues.length)} problems with the process`, {
    issues,
  });
}
