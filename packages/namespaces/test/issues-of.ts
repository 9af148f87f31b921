import { SpecError } from '@standpipe/errors';

/** What is wrong, as `pointer: message`. */
export function issuesOf(parse: () => unknown): string[] {
  try {
    parse();
  } catch (error) {
    if (SpecError.is(error)) return error.issues.map(({ pointer, message }) => `${pointer}: ${message}`);
    throw error;
  }
  return [];
}
