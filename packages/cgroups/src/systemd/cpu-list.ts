import { cpuListInvalid } from './errors.js';

/** More is no machine's. */
const MAX_NUMBER = 65_535;

/** A list such as `0-3,7` as systemd takes it: a bit for each number, the lowest first. */
export function cpuBits(list: string): number[] {
  const bytes: number[] = [];
  for (const part of list.split(',').map((word) => word.trim())) {
    if (part === '') continue;
    const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === '' || to < from || to > MAX_NUMBER) throw cpuListInvalid(list);
    for (let number = from; number <= to; number++) {
      const at = number >> 3;
      while (bytes.length <= at) bytes.push(0);
      bytes[at] = (bytes[at] ?? 0) | (1 << (number & 7));
    }
  }
  if (bytes.length === 0) throw cpuListInvalid(list);
  return bytes;
}
