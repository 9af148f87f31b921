import { type Check, type Report, shown } from './check.js';

/** A signed 64-bit number: a number where that is exact, a bigint beyond 2^53 - 1. */
export type Int64 = number | bigint;
/** An unsigned 64-bit number: a number where that is exact, a bigint beyond 2^53 - 1. */
export type Uint64 = number | bigint;

/** PATH_MAX counts the NUL. */
const MAX_PATH_BYTES = 4095;
/** An argument or variable of execve(2) has 32 pages at most; the largest pages are of 64 KiB. */
const MAX_ARGUMENT_BYTES = 2 ** 21 - 1;
/** (uid_t)-1 means "no id". */
const MAX_ID = 2 ** 32 - 2;

export interface TextSettings {
  readonly maxBytes?: number;
  /** What the string must be, and how a message says that it isn't. */
  readonly must?: { readonly hold: (value: string) => boolean; readonly wrong: string; readonly expected: string };
}

/** Any string, the empty one too. */
export function text({ maxBytes = MAX_ARGUMENT_BYTES, must }: TextSettings = {}): Check<string> {
  return (value, at, report) => {
    if (typeof value !== 'string') report.issue(at, `${shown(value)} is no string`, 'a string');
    // It would end the string for the kernel.
    else if (value.includes('\0')) report.issue(at, 'the string contains a NUL');
    // Half a surrogate pair is no character, and would reach the kernel as another one.
    else if (!value.isWellFormed()) report.issue(at, 'the string contains half a surrogate pair', 'well-formed Unicode');
    else if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes) {
      report.issue(at, `${shown(value)} is too long`, `at most ${String(maxBytes)} bytes`);
    } else if (must !== undefined && !must.hold(value)) report.issue(at, `${shown(value)} ${must.wrong}`, must.expected);
    else return value;
    return undefined;
  };
}

/** A string that says something: the empty one is absent, as it is for programs in Go. */
export function name(settings: TextSettings = {}): Check<string> {
  const check = text(settings);
  return (value, at, report) => (value === '' ? undefined : check(value, at, report));
}

export const path: Check<string> = name({ maxBytes: MAX_PATH_BYTES });
export const absolutePath: Check<string> = name({
  maxBytes: MAX_PATH_BYTES,
  must: { hold: (value) => value.startsWith('/'), wrong: 'is relative', expected: 'an absolute path' },
});

export const boolean: Check<boolean> = (value, at, report) => {
  if (typeof value === 'boolean') return value;
  report.issue(at, `${shown(value)} is no boolean`, 'true or false');
  return undefined;
};

/** One of the words that the specification lists. `what` is what they name. */
export function oneOf<const T extends string>(what: string, words: readonly T[]): Check<T> {
  return (value, at, report) => {
    if (value === '') return undefined;
    if (words.includes(value as T)) return value as T;
    report.issue(at, `${shown(value)} is no ${what}`, words.length === 0 ? 'none: there are none yet' : `one of ${words.join(', ')}`);
    return undefined;
  };
}

/** A whole number that is exact as one of JavaScript. */
export function integer(min: number, max: number): Check<number> {
  return (value, at, report) => {
    // Adding 0 makes 0 of -0.
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value + 0;
    refuseNumber(value, at, report, min, max);
    return undefined;
  };
}

function refuseNumber(value: unknown, at: string, report: Report, min: number | bigint, max: number | bigint): void {
  const whole = typeof value === 'bigint' || Number.isInteger(value);
  report.issue(
    at,
    `${shown(value)} is ${whole ? 'out of range' : 'no whole number'}`,
    `a whole number from ${String(min)} to ${String(max)}`,
  );
}

export const int32: Check<number> = integer(-(2 ** 31), 2 ** 31 - 1);
export const uint32: Check<number> = integer(0, 2 ** 32 - 1);
export const uint16: Check<number> = integer(0, 2 ** 16 - 1);
/** A user or group. */
export const id: Check<number> = integer(0, MAX_ID);

/** A signed 64-bit number that is `min` at least. */
export function int64(min: bigint = -(2n ** 63n)): Check<Int64> {
  return wide(min, 2n ** 63n - 1n);
}

export const uint64: Check<Uint64> = wide(0n, 2n ** 64n - 1n);

function wide(min: bigint, max: bigint): Check<number | bigint> {
  return (value, at, report) => {
    if ((typeof value === 'number' && Number.isInteger(value)) || typeof value === 'bigint') {
      if (value >= min && value <= max) {
        if (typeof value === 'bigint') return narrow(value);
        if (Number.isSafeInteger(value)) return value + 0;
        report.issue(at, `${String(value)} is not exact`, 'all digits in the text, or a bigint');
        return undefined;
      }
    }
    refuseNumber(value, at, report, min, max);
    return undefined;
  };
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const listText = name({ maxBytes: MAX_PATH_BYTES });
const range = /^[ \t]*(\d+)(?:-(\d+))?[ \t]*$/;
/** CPUs or nodes: more than any machine has. */
const MAX_LISTED = 65_535;

/** CPUs or memory nodes as the kernel lists them: `0-3,7`. */
export const numberList: Check<string> = (value, at, report) => {
  const list = listText(value, at, report);
  for (const part of list?.split(',') ?? []) {
    const match = range.exec(part);
    const last = Number(match?.[2] ?? match?.[1]);
    if (!(Number(match?.[1]) <= last && last <= MAX_LISTED)) {
      report.issue(at, `${shown(part)} is no number and no range`, 'numbers and ascending ranges with commas between: 0-3,7');
      return undefined;
    }
  }
  return list;
};
