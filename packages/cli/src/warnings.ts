import type { SpecIssue } from '@standpipe/errors';
import type { Invocation } from './command.js';
import { openLog } from './log.js';

/** Tells what does not stop the container and that its owner should know. */
export function printWarnings(warnings: readonly SpecIssue[], { global }: Invocation): void {
  if (warnings.length === 0) return;
  const log = openLog(global);
  for (const { pointer, message, minor } of warnings) {
    const text = `${pointer} ${message}`;
    if (minor === true) log.debug(text);
    else log.warning(text);
  }
}
