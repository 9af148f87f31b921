import { SpecError, type SpecIssue } from '@standpipe/errors';

/** What a call finds fault with; nothing if it doesn't throw. Anything thrown but a SpecError is the test's failure. */
export function issuesOf(call: () => unknown): readonly SpecIssue[] {
  try {
    call();
  } catch (error) {
    if (SpecError.is(error)) return error.issues;
    throw error;
  }
  return [];
}

/** The places of the issues. */
export function pointersOf(call: () => unknown): string[] {
  return issuesOf(call).map(({ pointer }) => pointer);
}
