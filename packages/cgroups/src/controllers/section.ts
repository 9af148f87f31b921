import type { SpecIssue } from '@standpipe/errors';
import type { CgroupVersion } from '../layout.js';
import type { CgroupWrite } from '../write.js';

/** A whole number of JSON: one that no double can hold exactly comes as a bigint. */
export type Integer = number | bigint;

export interface Range {
  readonly min: bigint;
  readonly max?: bigint | undefined;
}

type WriteRules = Pick<CgroupWrite, 'unless' | 'fallback' | 'refuseWhen'>;

const UINT64_MAX = 2n ** 64n - 1n;

/**
 * One part of `linux.resources` on its way to one controller: what is asked for, read field by field,
 * and the writes and complaints that come of it. Fields are named by their pointers below the part: `limit`, `weightDevice/0/weight`.
 */
export class Section {
  readonly writes: CgroupWrite[] = [];
  readonly warnings: SpecIssue[] = [];
  readonly issues: SpecIssue[] = [];
  readonly controller: string;
  readonly version: CgroupVersion;
  readonly #pointer: string;

  constructor(controller: string, version: CgroupVersion, pointer: string) {
    this.controller = controller;
    this.version = version;
    this.#pointer = pointer;
  }

  /** Reads a number; undefined where there is none, or it is no such number. */
  integer(field: string, value: Integer | undefined, { min, max = UINT64_MAX }: Range): bigint | undefined {
    if (value === undefined) return undefined;
    const exact = typeof value === 'bigint' || Number.isInteger(value) ? BigInt(value) : undefined;
    if (exact !== undefined && exact >= min && exact <= max) return exact;
    this.issue(
      field,
      `${String(value)} is ${exact === undefined ? 'no whole number' : 'out of range'}`,
      `a whole number from ${String(min)} to ${String(max)}`,
    );
    return undefined;
  }

  /** Reads a number of which 0 is none at all: programs in Go write it for what they leave open. */
  amount(field: string, value: Integer | undefined, range: Range): bigint | undefined {
    return value === 0 || value === 0n ? undefined : this.integer(field, value, range);
  }

  write(field: string, file: string, value: bigint | string, rules: WriteRules = {}): void {
    const { controller, version } = this;
    this.writes.push({ controller, version, file, value: String(value), pointer: this.#at(field), ...rules });
  }

  issue(field: string, message: string, expected?: string): void {
    this.issues.push({ pointer: this.#at(field), message, ...(expected === undefined ? {} : { expected }) });
  }

  warn(field: string, message: string): void {
    this.warnings.push({ pointer: this.#at(field), message });
  }

  /** Whether a field that only cgroup v1 knows can be had; a complaint otherwise. */
  onlyOnV1(field: string, what: string): boolean {
    if (this.version === 2) this.issue(field, `cgroup v2 has no ${what}`);
    return this.version === 1;
  }

  #at(field: string): string {
    return field === '' ? this.#pointer : `${this.#pointer}/${field}`;
  }
}

/** A key as it stands in a pointer. @see RFC 6901 */
export function pointerKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** What files of cgroup v2 call no limit. */
export function maxOr(value: bigint): string {
  return value < 0n ? 'max' : String(value);
}
