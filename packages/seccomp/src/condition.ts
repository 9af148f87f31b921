import { type LinuxSeccompOperator, seccompOperators } from '@standpipe/oci-spec';
import type { Abi } from './abi.js';

/** How an argument may be compared. */
export const operators = seccompOperators;
export type Operator = LinuxSeccompOperator;

/** A 64-bit value in the two halves that BPF can compare. */
export interface Halves {
  readonly high: number;
  readonly low: number;
}

/** What an argument of a call must be: with `mask`, equal to `value` in those bits. Values are unsigned. */
export interface Condition {
  readonly index: number;
  readonly op: Operator;
  readonly value: Halves;
  readonly mask: Halves;
}

const LOW = 0xffff_ffffn;
const WHOLE: Halves = { high: 0xffff_ffff, low: 0xffff_ffff };

function halves(value: bigint): Halves {
  return { high: Number(value >> 32n), low: Number(value & LOW) };
}

function wide({ high, low }: Halves): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

interface Arg {
  readonly index: number;
  readonly value: number | bigint;
  readonly valueTwo?: number | bigint | undefined;
  readonly op: Operator;
}

/** None, with a report, where it is not one. Of a masked value, the bits outside the mask are dropped, as libseccomp does. */
export function parseCondition({ index, value, valueTwo = 0, op }: Arg, report: (message: string, expected: string) => void): Condition[] {
  const isUint64 = (number: number | bigint): boolean =>
    (typeof number === 'bigint' || Number.isSafeInteger(number)) && number >= 0 && number < 2n ** 64n;
  let valid = true;
  const require = (ok: boolean, message: string, expected: string): void => {
    if (ok) return;
    valid = false;
    report(message, expected);
  };
  require(Number.isInteger(index) && index >= 0 && index < 6, `${String(index)} is no argument of a system call`, '0 to 5');
  require(isUint64(value) && isUint64(valueTwo), 'a value is not exact, or has more than 64 bits', '0 to 18446744073709551615');
  require(operators.includes(op), `${JSON.stringify(op)} is no comparison`, `one of ${operators.join(', ')}`);
  if (!valid) return [];
  if (op !== 'SCMP_CMP_MASKED_EQ') return [{ index, op, value: halves(BigInt(value)), mask: WHOLE }];
  const mask = BigInt(value);
  return [{ index, op, value: halves(BigInt(valueTwo) & mask), mask: halves(mask) }];
}

/**
 * The condition as a 32-bit call meets it. Equality is of the low halves, so that -1 is still -1. Nothing is as great
 * as a value beyond 32 bits: true or false is what then becomes of a comparison of order.
 */
export function narrow(condition: Condition): Condition | boolean {
  const { op, value, mask } = condition;
  if (value.high > 0) {
    if (op === 'SCMP_CMP_LT' || op === 'SCMP_CMP_LE') return true;
    if (op === 'SCMP_CMP_GT' || op === 'SCMP_CMP_GE') return false;
  }
  return { ...condition, value: { high: 0, low: value.low }, mask: { high: 0, low: mask.low } };
}

/** Whether a condition holds: the plain meaning, which the filter is held against. */
export function holds(condition: Condition, argument: bigint, bits: Abi['bits']): boolean {
  const meant = bits === 64 ? condition : narrow(condition);
  if (typeof meant === 'boolean') return meant;
  const actual = bits === 64 ? argument : argument & LOW;
  const value = wide(meant.value);
  switch (meant.op) {
    case 'SCMP_CMP_NE':
      return actual !== value;
    case 'SCMP_CMP_LT':
      return actual < value;
    case 'SCMP_CMP_LE':
      return actual <= value;
    case 'SCMP_CMP_EQ':
      return actual === value;
    case 'SCMP_CMP_GE':
      return actual >= value;
    case 'SCMP_CMP_GT':
      return actual > value;
    default:
      return (actual & wide(meant.mask)) === value;
  }
}

const signs: Readonly<Record<Operator, string>> = {
  SCMP_CMP_NE: '!=',
  SCMP_CMP_LT: '<',
  SCMP_CMP_LE: '<=',
  SCMP_CMP_EQ: '==',
  SCMP_CMP_GE: '>=',
  SCMP_CMP_GT: '>',
  SCMP_CMP_MASKED_EQ: '==',
};

/** `arg0 == 0x8`, `(arg0 & 0x7e020000) == 0x0`. */
export function formatCondition({ index, op, value, mask }: Condition): string {
  const hex = (halvesOf: Halves): string => `0x${wide(halvesOf).toString(16)}`;
  const argument = `arg${String(index)}`;
  return `${op === 'SCMP_CMP_MASKED_EQ' ? `(${argument} & ${hex(mask)})` : argument} ${signs[op]} ${hex(value)}`;
}

/** Whether it holds whatever the argument is. */
export function isVoid({ op, mask }: Condition): boolean {
  return op === 'SCMP_CMP_MASKED_EQ' && mask.high === 0 && mask.low === 0;
}
