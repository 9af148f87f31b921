import { capabilityNames } from './names.js';

/** A set of capabilities: bit n is capability number n. */
export type CapabilityMask = bigint;

/** Every capability up to number `last`. */
export function maskUpTo(last: number): CapabilityMask {
  return (1n << BigInt(last + 1)) - 1n;
}

export function hasCapability(mask: CapabilityMask, number: number): boolean {
  return ((mask >> BigInt(number)) & 1n) === 1n;
}

/** The numbers in a mask, ascending. */
export function capabilityNumbers(mask: CapabilityMask): number[] {
  const numbers: number[] = [];
  for (let number = 0; mask >> BigInt(number) > 0n; number++) if (hasCapability(mask, number)) numbers.push(number);
  return numbers;
}

/** The names in a mask, in the order of their numbers; `cap_41` and so on for those without a name here. */
export function formatCapabilities(mask: CapabilityMask): string[] {
  return capabilityNumbers(mask).map((number) => capabilityNames[number] ?? `cap_${String(number)}`);
}

/** A mask as /proc/PID/status shows it: 16 hexadecimal digits. */
export function formatMask(mask: CapabilityMask): string {
  return mask.toString(16).padStart(16, '0');
}

/** Reads what `formatMask` writes. */
export function parseMask(text: string): CapabilityMask {
  return BigInt(`0x${text.trim()}`);
}
