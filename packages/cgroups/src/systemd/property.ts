/** A value with its D-Bus type. Integers of 64 bits may be bigints; structs and dict entries are arrays. */
export interface Variant {
  readonly signature: string;
  readonly value: unknown;
}

/** A property of a unit: `{ name: 'MemoryMax', signature: 't', value: 67108864n }`. @man systemd.resource-control(5), org.freedesktop.systemd1(5) */
export interface UnitProperty extends Variant {
  readonly name: string;
}

/** What systemd calls infinity, and a weight that isn't set. */
export const INFINITY: bigint = 2n ** 64n - 1n;

export function flag(name: string, value: boolean): UnitProperty {
  return { name, signature: 'b', value };
}

export function text(name: string, value: string): UnitProperty {
  return { name, signature: 's', value };
}

export function amount(name: string, value: bigint): UnitProperty {
  return { name, signature: 't', value };
}
