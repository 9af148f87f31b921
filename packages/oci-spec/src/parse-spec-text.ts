import { tooLarge } from './errors.js';
import { parseJson } from './json.js';

/** Characters of a config.json. The largest argument list that a kernel takes fits in twice. */
export const MAX_TEXT = 16 * 2 ** 20;

// A number that JSON.parse would round has 16 digits or more.
const perhapsWide = /[0-9]{16}/;

/**
 * Parses the text of a config.json; nothing of it is checked yet. Integers stay exact: those beyond 2^53 - 1, such as
 * an unlimited rlimit's 18446744073709551615, are bigints. Of fields that come twice the last one counts.
 *
 * @throws SpecError `SPEC_NOT_JSON` with line, column and what to change; `SPEC_TOO_LARGE`
 */
export function parseSpecText(text: string): unknown {
  if (text.length > MAX_TEXT) throw tooLarge(text.length, MAX_TEXT);
  if (!perhapsWide.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // The engine's message names no line; ours comes below.
    }
  }
  return parseJson(text);
}
