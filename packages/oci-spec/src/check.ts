import type { SpecIssue } from '@standpipe/errors';
import { invalidSpec } from './errors.js';

/** More than a person reads; a hostile document could bring millions. */
const MAX_ISSUES = 1000;
/** Entries of any list or map. Nothing that the kernel takes comes near. */
const MAX_ENTRIES = 65_536;

/** What was found so far. */
export class Report {
  readonly issues: SpecIssue[] = [];
  readonly warnings: SpecIssue[] = [];

  /** @throws SpecError when there are so many that the rest is not worth reading */
  issue(pointer: string, message: string, expected?: string): void {
    if (this.issues.length === MAX_ISSUES) {
      throw invalidSpec([...this.issues, { pointer: '', message: `there is more: only the first ${String(MAX_ISSUES)} are listed` }]);
    }
    this.issues.push({ pointer, message, expected });
  }

  warn(pointer: string, message: string, expected?: string): void {
    if (this.warnings.length < MAX_ISSUES) this.warnings.push({ pointer, message, expected });
  }
}

/**
 * Checks a value, found at a JSON pointer, and gives it back: typed, copied, and without what nobody knows.
 * Undefined means that it was reported or, when nothing was, that it counts as absent, as "" does for a name.
 */
export type Check<T> = (value: unknown, at: string, report: Report) => T | undefined;

/** A field that the checked object always has. All others may be missing. */
export interface RequiredField<T> {
  readonly required: Check<T>;
  /** What it is when the document leaves it out; without one that is an issue. */
  readonly fallback: T | undefined;
}

export function required<T>(check: Check<T>, fallback?: T): RequiredField<T> {
  return { required: check, fallback };
}

type Fields = Readonly<Record<string, Check<unknown> | RequiredField<unknown>>>;
type Value<F> = F extends RequiredField<infer T> ? T : F extends Check<infer T> ? T : never;
type Needed<F> = { [K in keyof F]: F[K] extends RequiredField<unknown> ? K : never }[keyof F];
type Must<F, K extends keyof F> = { readonly [P in K]: Value<F[P]> };
type May<F, K extends keyof F> = { readonly [P in K]?: Value<F[P]> | undefined };

/** The type of the objects that a table of fields describes. Comments of the table go with it. */
export type Shape<F> = Must<F, Needed<F>> & May<F, Exclude<keyof F, Needed<F>>>;

interface Rule {
  readonly holds: (value: never, at: string, report: Report) => void;
  readonly needs: readonly string[];
}

/**
 * A rule between fields. It is not asked when what it needs is faulty already: these fields as a whole, or the parts of
 * them that `needs` names by pointers.
 */
type RuleMaker<F> = <K extends keyof F & string>(
  of: readonly K[],
  holds: (value: Pick<Shape<F>, K & keyof Shape<F>>, at: string, report: Report) => void,
  needs?: readonly string[],
) => Rule;

const makeRule = (of: readonly string[], holds: Rule['holds'], needs = of): Rule => ({ holds, needs });

function isFaulty(pointer: string, issues: readonly SpecIssue[]): boolean {
  const within = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}/`);
  return issues.some((issue) => within(issue.pointer, pointer) || within(pointer, issue.pointer));
}

interface Entry {
  readonly name: string;
  readonly check: Check<unknown>;
  readonly needed: boolean;
  readonly fallback: unknown;
}

function entryOf([name, field]: [string, Fields[string]]): Entry {
  if (typeof field === 'function') return { name, check: field, needed: false, fallback: undefined };
  return { name, check: field.required, needed: field.fallback === undefined, fallback: field.fallback };
}

/** An object with the fields of a table. Others are left out, `null` is absent. */
export function object<F extends Fields>(fields: F, rules?: (rule: RuleMaker<F>) => readonly Rule[]): Check<Shape<F>> {
  // Made when first asked: most documents never touch most nouns.
  let table: { readonly entries: readonly Entry[]; readonly between: readonly Rule[] } | undefined;
  return (value, at, report) => {
    if (!isObject(value)) {
      report.issue(at, `${shown(value)} is no object`, 'an object');
      return undefined;
    }
    table ??= { entries: Object.entries(fields).map(entryOf), between: rules?.(makeRule) ?? [] };
    const { entries, between } = table;
    const checked: Record<string, unknown> = {};
    const first = report.issues.length;
    for (const { name, check, needed, fallback } of entries) {
      const given = value[name];
      const earlier = report.issues.length;
      const field = given === undefined || given === null ? undefined : check(given, `${at}/${name}`, report);
      if (field === undefined && needed && report.issues.length === earlier) report.issue(`${at}/${name}`, 'is missing');
      if ((field ?? fallback) !== undefined) checked[name] = field ?? fallback;
    }
    const issues = report.issues.slice(first);
    for (const { needs, holds } of between) {
      if (issues.length === 0 || !needs.some((part) => isFaulty(`${at}/${part}`, issues))) holds(checked as never, at, report);
    }
    return checked as unknown as Shape<F>;
  };
}

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export function list<T>(check: Check<T>, { min = 0, max = MAX_ENTRIES }: Bounds = {}): Check<readonly T[]> {
  return (value, at, report) => {
    if (!Array.isArray(value)) {
      report.issue(at, `${shown(value)} is no list`, 'an array');
      return undefined;
    }
    if (value.length < min) report.issue(at, 'the list is empty', `at least ${String(min)}`);
    if (value.length > max) {
      report.issue(at, `the list has ${String(value.length)} entries`, `at most ${String(max)}`);
      return undefined;
    }
    const checked: T[] = [];
    for (let i = 0; i < value.length; i++) {
      const earlier = report.issues.length;
      const entry = check(value[i], `${at}/${String(i)}`, report);
      if (entry !== undefined) checked.push(entry);
      else if (report.issues.length === earlier) report.issue(`${at}/${String(i)}`, 'is empty');
    }
    return checked;
  };
}

/** An object whose names are data. It has no prototype, so that `constructor` and `__proto__` are names like any other. */
export function map<T>(name: Check<string>, check: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value, at, report) => {
    if (!isObject(value)) {
      report.issue(at, `${shown(value)} is no object`, 'an object');
      return undefined;
    }
    const checked = Object.create(null) as Record<string, T>;
    const entries = Object.entries(value);
    if (entries.length > MAX_ENTRIES) {
      report.issue(at, `there are ${String(entries.length)} entries`, `at most ${String(MAX_ENTRIES)}`);
      return undefined;
    }
    for (const [key, given] of entries) {
      const pointer = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const earlier = report.issues.length;
      if (name(key, pointer, report) === undefined) {
        if (report.issues.length === earlier) report.issue(pointer, 'the name is empty');
        continue;
      }
      const entry = check(given, pointer, report);
      if (entry !== undefined) checked[key] = entry;
    }
    return checked;
  };
}

/** A check and, where it found nothing, a second look. */
export function where<T>(check: Check<T>, look: (value: T, at: string, report: Report) => void): Check<T> {
  return (value, at, report) => {
    const earlier = report.issues.length;
    const checked = check(value, at, report);
    if (checked !== undefined && report.issues.length === earlier) look(checked, at, report);
    return checked;
  };
}

/** A list in which no two entries have the same key. */
export function distinct<T>(check: Check<readonly T[]>, keyOf: (entry: T) => string): Check<readonly T[]> {
  return where(check, (entries, at, report) => {
    const seen = new Set<string>();
    for (const [i, entry] of entries.entries()) {
      const key = keyOf(entry);
      if (seen.has(key)) report.issue(`${at}/${String(i)}`, `${key} is listed twice`);
      seen.add(key);
    }
  });
}

/** How messages show a value: never at length, never in depth. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
