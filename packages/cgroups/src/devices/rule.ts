import type { SpecIssue } from '@standpipe/errors';
import { deviceRulesInvalid } from './errors.js';

/** A rule of the device controller, as `linux.resources.devices` has it. */
export interface LinuxDeviceCgroup {
  /** Allowed or denied. */
  readonly allow: boolean;
  /** `c` for character, `b` for block devices, `a` for all, which is so when left out. */
  readonly type?: string | undefined;
  /** All when left out or -1. */
  readonly major?: number | undefined;
  /** All when left out or -1. */
  readonly minor?: number | undefined;
  /** Of `r` (read), `w` (write) and `m` (mknod). */
  readonly access?: string | undefined;
}

export type DeviceType = 'c' | 'b';

/** What may be done with a device, as bits: the kernel's DEVCG_ACC_* and BPF_DEVCG_ACC_*. */
export const ACCESS = { MKNOD: 1, READ: 2, WRITE: 4, ALL: 7 } as const;

/** Any major or minor number. */
export const ANY = -1;

/** Devices of one type: a number of each kind, or any. */
export interface DeviceSet {
  readonly type: DeviceType;
  readonly major: number;
  readonly minor: number;
}

/** A rule, checked: about some devices, or about everything. */
export interface DeviceRule {
  readonly allow: boolean;
  /** Undefined: all devices, whatever the access. */
  readonly devices: DeviceSet | undefined;
  readonly access: number;
  /** Where the config asked for it. */
  readonly pointer: string;
}

/** The kernel's own "any" on 32 bits: to be taken at its word it must not pass for a number. */
const MAX_NUMBER = 2 ** 32 - 2;
const letters: readonly (readonly [letter: string, bit: number])[] = [
  ['r', ACCESS.READ],
  ['w', ACCESS.WRITE],
  ['m', ACCESS.MKNOD],
];

/**
 * Checks rules and puts them into the terms of the kernel.
 *
 * Type `a` is about everything for the kernel and for runc, whatever else the rule says. A denial is taken so here too; what
 * allows `a 1:3 r` allows that of character and of block devices, and no more.
 *
 * @throws SpecError with every issue found
 */
export function parseDeviceRules(rules: readonly LinuxDeviceCgroup[], pointer: string): DeviceRule[] {
  const issues: SpecIssue[] = [];
  const parsed = rules.flatMap((rule, index) => parseRule(rule, `${pointer}/${String(index)}`, issues));
  if (issues.length > 0) throw deviceRulesInvalid(issues);
  return parsed;
}

function parseRule(
  { allow, type = 'a', major, minor, access = '' }: LinuxDeviceCgroup,
  pointer: string,
  issues: SpecIssue[],
): DeviceRule[] {
  const number = (field: 'major' | 'minor', value = ANY): number => {
    if (!Number.isInteger(value) || value < ANY || value > MAX_NUMBER)
      issues.push({
        pointer: `${pointer}/${field}`,
        message: `device rule has the ${field} number ${String(value)}`,
        expected: `a whole number up to ${String(MAX_NUMBER)}, or -1 for all`,
      });
    return value;
  };
  const numbers = { major: number('major', major), minor: number('minor', minor) };
  const bits = parseAccess(access);
  if (bits === undefined)
    issues.push({
      pointer: `${pointer}/access`,
      message: `device rule has the access ${JSON.stringify(access)}`,
      expected: 'letters of rwm',
    });
  if (type !== 'a' && type !== 'b' && type !== 'c')
    issues.push({ pointer: `${pointer}/type`, message: `device rule has the type ${JSON.stringify(type)}`, expected: 'one of a, b, c' });

  const rule = { allow, access: bits ?? 0, pointer };
  const everything = numbers.major === ANY && numbers.minor === ANY && bits === ACCESS.ALL;
  if (type === 'a' && (everything || !allow)) return [{ ...rule, access: ACCESS.ALL, devices: undefined }];
  return (['c', 'b'] as const)
    .filter((one) => type === 'a' || type === one)
    .map((one) => ({ ...rule, devices: { type: one, ...numbers } }));
}

/** The bits of letters such as `rw`; undefined for none, a wrong one, or one too many. */
export function parseAccess(text: string): number | undefined {
  if (!/^[rwm]{1,3}$/.test(text)) return undefined;
  return letters.reduce((bits, [letter, bit]) => (text.includes(letter) ? bits | bit : bits), 0);
}

/** `c 1:3 rwm`, as the files of cgroup v1 have it. */
export function describeDevices({ type, major, minor }: DeviceSet, access: number): string {
  const number = (value: number): string => (value === ANY ? '*' : String(value));
  return `${type} ${number(major)}:${number(minor)} ${letters.map(([letter, bit]) => ((access & bit) === 0 ? '' : letter)).join('')}`;
}

/** Whether all devices of `inner` are of `outer` too. */
export function covers(outer: DeviceSet, inner: DeviceSet): boolean {
  const wide = (a: number, b: number): boolean => a === ANY || a === b;
  return outer.type === inner.type && wide(outer.major, inner.major) && wide(outer.minor, inner.minor);
}

/** Whether there can be a device of both. */
export function overlaps(one: DeviceSet, other: DeviceSet): boolean {
  const meet = (a: number, b: number): boolean => a === ANY || b === ANY || a === b;
  return one.type === other.type && meet(one.major, other.major) && meet(one.minor, other.minor);
}
