import { SpecError, type SpecIssue } from '@standpipe/errors';

export function resourcesInvalid(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  const message = issues.length === 1 && first !== undefined ? first.message : `${String(issues.length)} problems`;
  return new SpecError(`the resources can't be limited as asked: ${message}`, { issues });
}
