import type { SpecIssue } from '@standpipe/errors';
import { invalidAll } from './errors.js';

/** A process's environment: `K=V` texts, each key once. */
export interface Environment {
  readonly entries: readonly string[];
  /** What stands behind a key, or undefined. */
  get(key: string): string | undefined;
}

/**
 * Checks `process.env` and makes each key unique: the last one wins, in the place of the first.
 *
 * @throws SpecError for entries without `=`, with an empty key, or with a NUL
 */
export function parseEnv(env: readonly string[], pointer = '/process/env'): Environment {
  const issues: SpecIssue[] = [];
  const variables = new Map<string, string>();
  for (const [i, entry] of env.entries()) {
    const equals = entry.indexOf('=');
    if (entry.includes('\0')) issues.push({ pointer: `${pointer}/${String(i)}`, message: 'a variable contains a NUL' });
    else if (equals < 1) issues.push({ pointer: `${pointer}/${String(i)}`, message: `${JSON.stringify(entry)} is no variable`, expected: 'NAME=VALUE' });
    else variables.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  if (issues.length > 0) throw invalidAll(issues);
  return environment(variables);
}

/** The environment with one variable more, unless it is there already. */
export function withDefault(env: Environment, key: string, value: string): Environment {
  if (env.get(key) !== undefined) return env;
  return { entries: [...env.entries, `${key}=${value}`], get: (wanted) => (wanted === key ? value : env.get(wanted)) };
}

function environment(variables: ReadonlyMap<string, string>): Environment {
  return { entries: [...variables].map(([key, value]) => `${key}=${value}`), get: (key) => variables.get(key) };
}

/** The directories that a command is looked for in: the environment's PATH, none when it has none. An empty part is the working directory. */
export function searchPath(env: Environment): string[] {
  const path = env.get('PATH');
  return path === undefined || path === '' ? [] : path.split(':');
}
