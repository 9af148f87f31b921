/** The highest number that a list may hold; more CPUs or NUMA nodes than any kernel is built for. */
const MAX = 16383;

/**
 * Parses a list of CPUs or NUMA nodes, `0-3,7`, to the bit mask that the kernel takes: a multiple of
 * eight bytes, its lowest bit in the first. Blanks around an element and empty elements are
 * let pass, as runc does. Undefined for what is no list, or names nothing.
 *
 * @man cpuset(7) List format
 */
export function parseCpuList(text: string): Uint8Array | undefined {
  const ranges: [first: number, last: number][] = [];
  for (const element of text.split(',').map((part) => part.trim())) {
    if (element === '') continue;
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(element);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (first > last || last > MAX) return undefined;
    ranges.push([first, last]);
  }
  if (ranges.length === 0) return undefined;
  const highest = Math.max(...ranges.map(([, last]) => last));
  const mask = new Uint8Array(Math.ceil((highest + 1) / 64) * 8);
  for (const [first, last] of ranges) {
    for (let bit = first; bit <= last; bit++) mask[bit >> 3] = (mask[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return mask;
}
