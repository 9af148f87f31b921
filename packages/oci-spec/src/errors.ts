import { SpecError, type SpecIssue } from '@standpipe/errors';

export interface NotJson {
  readonly line: number;
  readonly column: number;
  /** The innermost object or array that was being read. */
  readonly pointer: string;
  readonly message: string;
  readonly expected: string;
}

export function notJson({ line, column, pointer, message, expected }: NotJson): SpecError {
  return new SpecError(`the configuration is not JSON: line ${String(line)}, column ${String(column)}`, {
    code: 'SPEC_NOT_JSON',
    issues: [{ pointer, message: `line ${String(line)}, column ${String(column)}: ${message}`, expected }],
    details: { line, column },
  });
}

export function tooLarge(characters: number, most: number): SpecError {
  return new SpecError(`the configuration is too large: ${String(characters)} characters`, {
    code: 'SPEC_TOO_LARGE',
    issues: [{ pointer: '', message: `the document has ${String(characters)} characters`, expected: `at most ${String(most)}` }],
  });
}

export function invalidSpec(issues: readonly SpecIssue[]): SpecError {
  const places = issues.length === 1 ? 'one place' : `${String(issues.length)} places`;
  return new SpecError(`the configuration is not what the OCI runtime specification allows, in ${places}`, { issues });
}
