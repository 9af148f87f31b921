import type { SpecIssue } from '@standpipe/errors';
import { invalidHooks } from './errors.js';
import type { Hook } from './hook.js';

const TIMEOUT_MAX = 2 ** 31 - 1;

/**
 * Checks a list of hooks, and gives it back.
 *
 * @throws SpecError with every issue of the list
 */
export function parseHooks(hooks: readonly Hook[], pointer: string): readonly Hook[] {
  const issues = hooks.flatMap((hook, i) => issuesOf(hook, `${pointer}/${i}`));
  if (issues.length > 0) throw invalidHooks(issues);
  return hooks;
}

function issuesOf({ path, args = [], env = [], timeout }: Hook, pointer: string): SpecIssue[] {
  const issues: SpecIssue[] = [];
  if (!path.startsWith('/')) issues.push({ pointer: `${pointer}/path`, message: "a hook's path must be absolute" });
  if (path.includes('\0')) issues.push({ pointer: `${pointer}/path`, message: "a hook's path contains a NUL" });
  for (const [name, texts] of Object.entries({ args, env })) {
    for (const [i, text] of texts.entries())
      if (text.includes('\0')) issues.push({ pointer: `${pointer}/${name}/${i}`, message: 'a text for a hook contains a NUL' });
  }
  if (timeout !== undefined && !(Number.isInteger(timeout) && timeout >= 1 && timeout <= TIMEOUT_MAX))
    issues.push({ pointer: `${pointer}/timeout`, message: "a hook's timeout is a whole number of seconds, and at least 1" });
  return issues;
}
