import { type Check, list, shown, where } from '../check.js';
import { text } from '../values.js';

const variable: Check<string> = where(text(), (value, at, report) => {
  if (value.indexOf('=') < 1) report.issue(at, `${shown(value)} is no variable`, 'NAME=value');
});

/** `NAME=value` each. */
export const environment: Check<readonly string[]> = list(variable);
