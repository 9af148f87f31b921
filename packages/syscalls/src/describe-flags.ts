/**
 * Names the bits of `value`: `describeFlags(0x3, MFD, 'MFD_')` is `MFD_CLOEXEC|MFD_ALLOW_SEALING`. Bits without a
 * name come last, in hex. 0 is the name of the table's zero, if it has one.
 */
export function describeFlags(value: number | bigint, table: Readonly<Record<string, number>>, prefix: string): string {
  const parts: string[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  // Names of several bits first, so that O_SYNC isn't taken for O_DSYNC and something.
  const entries = Object.entries(table).map(([name, bits]) => ({ name, bits: BigInt(bits) }));
  for (const { name, bits } of entries.toSorted((a, b) => countBits(b.bits) - countBits(a.bits))) {
    if (bits <= 0n || (rest & bits) !== bits) continue;
    parts.push(prefix + name);
    rest &= ~bits;
  }
  if (rest !== 0n) parts.push(`0x${rest.toString(16)}`);
  if (parts.length > 0) return parts.join('|');
  const zero = entries.find(({ bits }) => bits === 0n);
  return zero === undefined ? '0' : prefix + zero.name;
}

function countBits(bits: bigint): number {
  return bits < 0n ? 0 : bits.toString(2).replaceAll('0', '').length;
}
