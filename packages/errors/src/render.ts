import { AssemblyError, SpecError } from './kinds.js';
import { PlumbingError } from './plumbing-error.js';

/**
 * Renders an error for a person: the sentence, each gathered issue on a line of its own, the chain of
 * causes, and the hint. No stack; those belong to `--debug`.
 */
export function renderError(error: unknown): string {
  const lines: string[] = [messageOf(error)];
  if (SpecError.is(error)) {
    for (const issue of error.issues) {
      const expected = issue.expected === undefined ? '' : ` (expected ${issue.expected})`;
      lines.push(`  ${issue.pointer === '' ? '(document)' : issue.pointer}: ${issue.message}${expected}`);
    }
  }
  if (AssemblyError.is(error)) {
    const width = Math.max(0, ...error.problems.map((problem) => problem.code.length));
    for (const problem of error.problems) {
      lines.push(`  ${problem.code.padEnd(width)}  ${problem.subject}: ${problem.message}`);
      if (problem.hint !== undefined) lines.push(`  ${' '.repeat(width)}  hint: ${problem.hint}`);
    }
  }
  for (const cause of causesOf(error)) {
    const message = messageOf(cause);
    if (!lines[0]?.includes(message)) lines.push(`  because: ${message}`);
  }
  const hint = PlumbingError.is(error) ? error.hint : undefined;
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}

function* causesOf(error: unknown): Generator<unknown> {
  const seen = new Set<unknown>([error]);
  let next = error instanceof Error ? error.cause : undefined;
  while (next !== undefined && next !== null && !seen.has(next)) {
    seen.add(next);
    yield next;
    next = next instanceof Error ? next.cause : undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
