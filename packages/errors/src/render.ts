import { AssemblyError, type AssemblyProblem, SpecError, type SpecIssue, StepError, SyscallError } from './kinds.js';
import { PlumbingError } from './plumbing-error.js';

/**
 * Renders an error for a person: the sentence, each gathered issue on a line of its own, the chain of
 * causes, what failed while undoing, and the hints. No stack; those belong to `--debug`.
 *
 * Control characters are shown as `\x1b`: names and paths come from configs that anyone may have written, and
 * the text goes to a terminal.
 */
export function renderError(error: unknown): string {
  const chain = chainOf(error);
  const lines: string[] = [messageOf(error), ...detailsOf(error)];
  let said = messageOf(error);
  for (const [i, cause] of chain.slice(1).entries()) {
    // Whoever wraps an error mostly repeats its sentence, or says better what Node says of a system call.
    const message = messageOf(cause);
    if (said.includes(message) || isSameFailure(chain[i], cause)) lines.push(...detailsOf(cause));
    else {
      lines.push(`  because: ${message}`, ...detailsOf(cause).map((line) => `  ${line}`));
      said = message;
    }
  }
  for (const undoError of chain.flatMap((link) => (StepError.is(link) ? link.undoErrors : [])))
    lines.push(`  undoing failed too: ${messageOf(undoError)}`);
  const hints = chain.flatMap((link) => (PlumbingError.is(link) && link.hint !== undefined ? [link.hint] : []));
  for (const hint of new Set(hints)) lines.push(`  hint: ${hint}`);
  return lines.map(printable).join('\n');
}

function detailsOf(error: unknown): string[] {
  if (SpecError.is(error)) return error.issues.flatMap((issue) => issueLines(issue, error.message));
  if (AssemblyError.is(error)) return problemLines(error.problems);
  if (error instanceof AggregateError) return error.errors.map((one) => `  ${messageOf(one)}`);
  // Where the config asked for what failed.
  if (PlumbingError.is(error) && typeof error.details['pointer'] === 'string') return [`  at ${error.details['pointer']}`];
  return [];
}

function isSameFailure(outer: unknown, inner: unknown): boolean {
  return SyscallError.is(outer) && inner instanceof Error && (inner as { code?: unknown }).code === outer.code;
}

function issueLines({ pointer, message, expected }: SpecIssue, headline: string): string[] {
  const place = pointer === '' ? 'the document' : pointer;
  const first = headline.endsWith(message) ? `  at ${place}` : `  ${place}: ${message}`;
  return expected === undefined ? [first] : [first, `    expected: ${expected}`];
}

function problemLines(problems: readonly AssemblyProblem[]): string[] {
  const width = Math.max(0, ...problems.map(({ code }) => code.length));
  return problems.flatMap(({ code, subject, message, hint }) => [
    `  ${code.padEnd(width)}  ${subject}: ${message}`,
    ...(hint === undefined ? [] : [`  ${' '.repeat(width)}  hint: ${hint}`]),
  ]);
}

/** The error and its causes, outermost first. */
function chainOf(error: unknown): unknown[] {
  const chain = new Set<unknown>();
  let next = error;
  while (next !== undefined && next !== null && !chain.has(next)) {
    chain.add(next);
    next = next instanceof Error ? next.cause : undefined;
  }
  return [...chain];
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  return typeof error === 'object' && error !== null ? Object.prototype.toString.call(error) : String(error);
}

/** A sentence that has lines goes on indented, so that it can't pass for what we say ourselves. */
function printable(line: string): string {
  return line.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (c) => {
    if (c === '\n') return '\n    ';
    const code = c.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
