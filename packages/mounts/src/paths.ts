import { posix } from 'node:path';
import type { SpecIssue } from '@standpipe/errors';
import { mountsInvalid } from './errors.js';

/** A path of a list in the config. */
export interface PathInRoot {
  /** Absolute, without `.`, `..` or doubled slashes. */
  readonly path: string;
  readonly pointer: string;
}

/** Checks a list of absolute paths, and leaves out what is listed twice. */
export function parsePaths(paths: readonly string[], pointer: string): PathInRoot[] {
  const issues: SpecIssue[] = [];
  const seen = new Set<string>();
  const parsed = paths.flatMap((given, i) => {
    const own = `${pointer}/${String(i)}`;
    if (!given.startsWith('/'))
      issues.push({ pointer: own, message: `${JSON.stringify(given)} is relative`, expected: 'an absolute path' });
    if (given.includes('\0')) issues.push({ pointer: own, message: 'contains a NUL' });
    const path = posix.resolve(given);
    if (seen.has(path)) return [];
    seen.add(path);
    return [{ path, pointer: own }];
  });
  if (issues.length > 0) throw mountsInvalid(issues);
  return parsed;
}
