import { isIPv4, isIPv6 } from 'node:net';
import { AF } from '@standpipe/syscalls';
import { notAnAddress } from './errors.js';

/** As ip(8) calls them. */
export type Family = 'inet' | 'inet6';

/** An address as text and kernel have it. */
export interface Ip {
  readonly family: Family;
  /** 4 or 16, in the network's order. */
  readonly bytes: Uint8Array;
}

export const familyNumber: Readonly<Record<Family, number>> = { inet: AF.INET, inet6: AF.INET6 };

/** Undefined for families that aren't IP. */
export function familyOf(number: number): Family | undefined {
  return number === AF.INET ? 'inet' : number === AF.INET6 ? 'inet6' : undefined;
}

/** @throws PlumbingError `ADDRESS_INVALID` */
export function parseIp(text: string): Ip {
  if (isIPv4(text)) return { family: 'inet', bytes: Uint8Array.from(text.split('.'), Number) };
  // A zone belongs to who uses an address, and not into it.
  if (isIPv6(text) && !text.includes('%')) return { family: 'inet6', bytes: parseIpv6(text) };
  throw notAnAddress(text, 'an IP address');
}

/** An address and how many bits of it are those of its network: `10.0.0.1/24`. Without a length all are. */
export function parsePrefix(text: string): Ip & { readonly length: number } {
  const [address = '', length, ...rest] = text.split('/');
  const ip = parseIp(address);
  const bits = ip.bytes.length * 8;
  if (length === undefined) return { ...ip, length: bits };
  if (rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits) throw notAnAddress(text, 'an IP address with a prefix length');
  return { ...ip, length: Number(length) };
}

/** As RFC 5952 writes them. Undefined when it has neither 4 nor 16 bytes. */
export function formatIp(bytes: Uint8Array): string | undefined {
  return bytes.length === 4 ? bytes.join('.') : bytes.length === 16 ? formatIpv6(bytes) : undefined;
}

function parseIpv6(text: string): Uint8Array {
  const [before = [], after = []] = text.split('::').map(groupsOf);
  const groups = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The groups of 16 bits of one side of the `::`; the last two may be written as an IPv4 address. */
function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0));
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return `::ffff:${bytes.subarray(12).join('.')}`;
  const run = longestRun(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return run.length < 2 ? text(groups) : `${text(groups.slice(0, run.start))}::${text(groups.slice(run.start + run.length))}`;
}

/** The first of the longest runs of zeros. */
function longestRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** `aa:bb:cc:dd:ee:ff`, of any length. */
export function formatHardwareAddress(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** @throws PlumbingError `ADDRESS_INVALID` */
export function parseHardwareAddress(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){0,31}$/i.test(text)) throw notAnAddress(text, 'a hardware address');
  return Uint8Array.from(text.split(':'), (byte) => Number.parseInt(byte, 16));
}
