/** An unsigned 64-bit number: a number where that is exact, a bigint beyond 2^53 - 1. `Number(count)` is near enough for people. */
export type Count = number | bigint;

const noLimit = 2n ** 64n - 1n;

/** Reads a number as the kernel writes it; `max` is 2^64 - 1, and what isn't there is 0. */
export function parseCount(text: string | undefined): Count {
  const digits = text?.trim() ?? '';
  if (digits === 'max') return noLimit;
  return /^-?\d+$/.test(digits) ? narrow(BigInt(digits)) : 0;
}

export function times(count: Count, factor: bigint): Count {
  return narrow(BigInt(count) * factor);
}

export function plus(a: Count, b: Count): Count {
  return narrow(BigInt(a) + BigInt(b));
}

/** `user 12\nsystem 3\n` as a record. Lines of another form are left out. */
export function parseFlatKeyed(text: string | undefined): Record<string, Count> {
  return Object.fromEntries(
    linesOf(text).flatMap((line) => {
      const [, key, value] = /^(\S+) (-?\d+|max)$/.exec(line) ?? [];
      return key === undefined ? [] : [[key, parseCount(value)]];
    }),
  );
}

/** The fields of a line as `8:0 rbytes=4096 wbytes=0`. */
export function parseFields(line: string): ReadonlyMap<string, string> {
  return new Map(
    line.split(' ').flatMap((field) => {
      const at = field.indexOf('=');
      return at === -1 ? [] : [[field.slice(0, at), field.slice(at + 1)] as const];
    }),
  );
}

export function linesOf(text: string | undefined): string[] {
  return text?.split('\n').filter((line) => line.trim() !== '') ?? [];
}

function narrow(value: bigint): Count {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
}
