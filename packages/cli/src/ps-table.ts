import { spawnSync } from 'node:child_process';
import { PlumbingError } from '@standpipe/errors';

/** What ps(1) prints of all processes. */
export function runPs(options: readonly string[]): string {
  const { stdout, stderr, status, error } = spawnSync('ps', options.length === 0 ? ['-ef'] : options, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 2 ** 20,
    // Containerd and others start us without a PATH.
    env: { ...process.env, PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin' },
  });
  if (error !== undefined) throw psFailed('', error);
  if (status !== 0) throw psFailed(stderr.trim() === '' ? `exit code ${String(status)}` : stderr.trim());
  return stdout;
}

function psFailed(why: string, cause?: unknown): PlumbingError {
  return new PlumbingError(`list processes with ps(1)${why === '' ? '' : `: ${why}`}`, {
    code: 'PS_FAILED',
    cause,
    hint: '--format json needs no ps',
  });
}

/** The heading of ps's table, and the rows of these processes. */
export function rowsOf(table: string, pids: readonly number[]): string {
  const [heading = '', ...rows] = table.split('\n');
  const column = heading.trim().split(/\s+/).indexOf('PID');
  if (column === -1) throw psFailed('its output has no column PID');
  const wanted = new Set(pids.map(String));
  return [heading, ...rows.filter((row) => wanted.has(row.trim().split(/\s+/)[column] ?? '')), ''].join('\n');
}
