import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@standpipe/test-support';

/** Names of the system calls of each half, from its start to its end, or to the execve(2) of the user's command. */
export interface Calls {
  readonly host: readonly string[];
  readonly container: readonly string[];
}

export async function callsOf(command: readonly string[]): Promise<Calls> {
  const directory = mkdtempSync(join(tmpdir(), 'standpipe-strace-'));
  try {
    const file = join(directory, 'trace');
    const { code, stderr } = await run('strace', ['-f', '-o', file, ...command]);
    if (code !== 0) throw new Error(`${command.join(' ')} exited with ${String(code)}: ${stderr}`);
    const names = new Map<string, string[]>();
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const match = /^(\d+) +(\w+)\(/.exec(line);
      if (match?.[1] === undefined || match[2] === undefined) continue;
      names.set(match[1], [...(names.get(match[1]) ?? []), match[2]]);
    }
    const [host = [], container = []] = [...names.values()];
    return { host: host.slice(1), container: container.slice(0, container.indexOf('execve') + 1) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** How often each is called: lines that can be compared. Which of two independent calls comes first is not told. */
export function withoutOrder(calls: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of calls) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${String(count)}`).toSorted();
}
