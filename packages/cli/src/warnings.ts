import type { SpecIssue } from '@standpipe/errors';

/** Tells what does not stop the container and that its owner should know. */
export function printWarnings(warnings: readonly SpecIssue[]): void {
  for (const { pointer, message } of warnings) process.stderr.write(`standpipe: warning: ${pointer} ${message}\n`);
}
