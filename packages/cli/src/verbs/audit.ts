import { audit, type Audit, isAsBadAs, severities, type Severity } from '@standpipe/audit';
import { readBundle } from '@standpipe/runtime';
import { flag, type Invocation, text } from '../command.js';
import { print } from '../print.js';

/** A finding is as bad as the caller would have none: not 1, which is what a config that can't be read exits with. */
const EXIT_FOUND = 2;

/** Tells what the config of a bundle lets through, worst first. */
export async function run(invocation: Invocation): Promise<number> {
  const { path, spec } = readBundle(invocation.positionals[0] ?? '.');
  const result = audit(spec);
  const limit = text(invocation, 'fail-on') as Severity | undefined;
  await print(flag(invocation, 'json') ? `${JSON.stringify({ bundle: path, ...result }, undefined, 2)}\n` : render(path, result));
  return limit !== undefined && isAsBadAs(result, limit) ? EXIT_FOUND : 0;
}

function render(path: string, { score, findings }: Audit): string {
  const counts = severities
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${String(count)} ${severity}`);
  const lines = findings.flatMap(({ severity, pointer, message, fix }) => [
    `${severity.toUpperCase().padEnd(8)}  ${message}`,
    `          at ${pointer}: ${fix}`,
  ]);
  const head = `${path}: ${String(score)} of 100${counts.length === 0 ? ', nothing found' : ` (${counts.join(', ')})`}`;
  return `${[head, ...(lines.length === 0 ? [] : ['']), ...lines].join('\n')}\n`;
}
