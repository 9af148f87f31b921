import { writeSync } from 'node:fs';
import type { SpecIssue } from '@standpipe/errors';

/** Tells what does not stop the container and that its owner should know. In one write, and without the stream, which takes a millisecond to be there. */
export function printWarnings(warnings: readonly SpecIssue[]): void {
  if (warnings.length === 0) return;
  writeSync(2, warnings.map(({ pointer, message }) => `standpipe: warning: ${pointer} ${message}\n`).join(''));
}
