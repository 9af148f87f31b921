import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@standpipe/test-support';

/** Microseconds. */
export interface Timing {
  readonly least: number;
  readonly median: number;
}

const source = (name: string): string => fileURLToPath(new URL(`../../latency/${name}`, import.meta.url));

/** A directory of compiled C programs, removed at the end of the block that says `using`. */
export class Programs implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'standpipe-latency-'));

  /** Compiles `NAME.c` of this folder and returns the program's path. */
  async compile(name: string, flags: readonly string[] = []): Promise<string> {
    const out = join(this.directory, name);
    const { code, stderr } = await run('cc', ['-O2', '-Wall', '-Wextra', ...flags, '-o', out, source(`${name}.c`)]);
    if (code !== 0) throw new Error(stderr);
    return out;
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Starts both commands by turns and tells how long they took. */
export async function timePaired(
  programs: Programs,
  rounds: number,
  a: readonly string[],
  b: readonly string[],
): Promise<[a: Timing, b: Timing]> {
  const paired = await programs.compile('paired');
  const { code, stdout, stderr } = await run(paired, [String(rounds), ...a, '--', ...b], { timeoutMs: 120_000 });
  if (code !== 0) throw new Error(stderr);
  const [first, second] = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([least = Number.NaN, median = Number.NaN]): Timing => ({ least, median }));
  if (first === undefined || second === undefined) throw new Error(stdout);
  return [first, second];
}
