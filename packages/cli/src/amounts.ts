import { usage } from './parse.js';

const units = 'bkmgtp';

/** Bytes as runc takes them: `1073741824`, `512M`, `1.5g`, `64 KiB`. Units go by 1024. */
export function parseBytes(option: string, text: string): number | bigint {
  const [, whole = '', fraction = '', unit = 'b'] = /^(\d+)(?:\.(\d+))? ?([bkmgtp])?(?:i?b)?$/i.exec(text) ?? [];
  if (whole === '') throw usage(`--${option} takes a number of bytes, such as 512M, not "${text}"`);
  const scale = 1024n ** BigInt(units.indexOf(unit.toLowerCase()));
  const bytes = BigInt(whole) * scale + (BigInt(`0${fraction}`) * scale) / 10n ** BigInt(fraction.length);
  return narrow(bytes);
}

/** A whole number of at most 64 bits, to the last digit. */
export function parseWhole(option: string, text: string): number | bigint {
  if (!/^[+-]?\d{1,20}$/.test(text)) throw usage(`--${option} takes a whole number, not "${text}"`);
  return narrow(BigInt(text.replace('+', '')));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const msOf: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** What a timer takes: 2^31 - 1 ms. */
const MAX_MS = 2_147_483_647;

/** A time as Go writes it, in milliseconds: `5s`, `500ms`, `1m30s`, `1.5h`. A lone number is seconds. */
export function parseDuration(option: string, text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)];
  const ms = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1000
    : parts.map(([part]) => part).join('') === text
      ? parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (msOf[unit] ?? Number.NaN), 0)
      : Number.NaN;
  if (!(ms > 0 && ms <= MAX_MS)) throw usage(`--${option} takes a time above zero, such as 5s or 500ms, not "${text}"`);
  // A timer takes whole milliseconds.
  return Math.max(1, Math.round(ms));
}
