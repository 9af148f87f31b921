import { invalidLabel, invalidLevel } from './errors.js';

/** A sensitivity, and the categories that are looked at beside it. */
export interface Level {
  readonly sensitivity: number;
  /** Each once, ascending. */
  readonly categories: readonly number[];
}

/** What a label says. */
export interface Context {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  /** Of what to what; the same twice where there is one level. Left out where the policy knows none. */
  readonly range?: { readonly low: Level; readonly high: Level };
}

/** More than that no policy has that is known to us. */
const MAX_CATEGORY = 1023;

/**
 * Takes a label apart: `user:role:type`, and where the policy has levels `:level` or `:low-high`.
 *
 * @throws SpecError
 */
export function parseContext(label: string, pointer = ''): Context {
  const [user = '', role = '', type = '', ...rest] = label.split(':');
  if (![user, role, type].every((name) => /^[\w.]+$/.test(name))) throw invalidLabel(label, pointer);
  if (rest.length === 0) return { user, role, type };
  const [low = '', high = low, ...more] = rest.join(':').split('-');
  if (more.length > 0) throw invalidLabel(label, pointer);
  return { user, role, type, range: { low: parseLevel(low), high: parseLevel(high) } };
}

/** The label, as the kernel writes it. */
export function formatContext({ user, role, type, range }: Context): string {
  const name = `${user}:${role}:${type}`;
  if (range === undefined) return name;
  const [low, high] = [formatLevel(range.low), formatLevel(range.high)];
  return low === high ? `${name}:${low}` : `${name}:${low}-${high}`;
}

/**
 * `s0`, `s0:c1,c3.c5`.
 *
 * @throws SpecError
 */
export function parseLevel(text: string): Level {
  const [, sensitivity, list] = /^s(\d{1,5})(?::(.+))?$/.exec(text) ?? [];
  if (sensitivity === undefined) throw invalidLevel(text);
  const categories = new Set<number>();
  for (const part of list?.split(',') ?? []) {
    const [, from, to = from] = /^c(\d{1,5})(?:\.c(\d{1,5}))?$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === undefined || first > last || last > MAX_CATEGORY) throw invalidLevel(text);
    for (let category = first; category <= last; category++) categories.add(category);
  }
  return { sensitivity: Number(sensitivity), categories: [...categories].toSorted((a, b) => a - b) };
}

/** The level, as the kernel writes it: three categories in a row, or more, by the first and the last. */
export function formatLevel({ sensitivity, categories }: Level): string {
  const runs: [first: number, last: number][] = [];
  for (const category of categories) {
    const run = runs.at(-1);
    if (run !== undefined && category === run[1] + 1) run[1] = category;
    else runs.push([category, category]);
  }
  const names = runs.map(([first, last]) =>
    first === last ? `c${String(first)}` : `c${String(first)}${last - first > 1 ? '.' : ','}c${String(last)}`,
  );
  return [`s${String(sensitivity)}`, ...(names.length === 0 ? [] : [names.join(',')])].join(':');
}

/**
 * The same label with another level: a container's own categories on the label of all containers, or `s0` for what they share.
 *
 * @throws SpecError
 */
export function withLevel(label: string, level: string): string {
  const only = parseLevel(level);
  return formatContext({ ...parseContext(label), range: { low: only, high: only } });
}
