import type { SpecIssue } from '@standpipe/errors';
import type { Buf } from '@standpipe/program';
import { invalidAll } from './errors.js';

/** A process's environment: `K=V` each, every key once. */
export interface Environment {
  /** A buffer is filled by ops that run before. */
  readonly entries: readonly (string | Buf)[];
  /** What stands behind a key of the config's, or undefined. */
  get(key: string): string | undefined;
}

/**
 * Checks `process.env` and makes each key unique: the last one wins and keeps its place.
 *
 * @throws SpecError for entries without `=`, with an empty key, or with a NUL
 */
export function parseEnv(env: readonly string[], pointer = '/process/env'): Environment {
  const issues: SpecIssue[] = [];
  const variables = new Map<string, string>();
  for (const [i, entry] of env.entries()) {
    const equals = entry.indexOf('=');
    if (entry.includes('\0')) issues.push({ pointer: `${pointer}/${String(i)}`, message: 'a variable contains a NUL' });
    else if (equals < 1)
      issues.push({ pointer: `${pointer}/${String(i)}`, message: `${JSON.stringify(entry)} is no variable`, expected: 'NAME=VALUE' });
    else {
      const key = entry.slice(0, equals);
      variables.delete(key);
      variables.set(key, entry.slice(equals + 1));
    }
  }
  if (issues.length > 0) throw invalidAll(issues);
  return environment(variables);
}

/** The environment with other values for some keys, put together by ops. They stand at its end. */
export function withVariables(env: Environment, more: Readonly<Record<string, Buf>>): Environment {
  const replaced = (entry: string | Buf): boolean => typeof entry === 'string' && Object.hasOwn(more, entry.slice(0, entry.indexOf('=')));
  return { ...env, entries: [...env.entries.filter((entry) => !replaced(entry)), ...Object.values(more)] };
}

function environment(variables: ReadonlyMap<string, string>): Environment {
  return { entries: [...variables].map(([key, value]) => `${key}=${value}`), get: (key) => variables.get(key) };
}

/** The directories that a command is looked for in: the environment's PATH, none when it has none. An empty part is the working directory. */
export function searchPath(env: Environment): string[] {
  const path = env.get('PATH');
  return path === undefined || path === '' ? [] : path.split(':');
}
