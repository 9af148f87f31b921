import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';

/** Skips, saying why, unless this is root on Linux. */
export function needRoot(test: Context): void {
  if (process.platform !== 'linux') skip(test, 'needs Linux');
  if (process.geteuid?.() !== 0) skip(test, 'needs root');
}

export function skip(test: Context, reason: string): never {
  console.log(`      skipped: ${reason}`);
  return test.skip();
}

/** Runs `body` with a directory that is removed afterwards. */
export function inTempDir<T>(body: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'standpipe-syscalls-'));
  try {
    return body(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
