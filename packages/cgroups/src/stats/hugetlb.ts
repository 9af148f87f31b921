import { parseCount, parseFlatKeyed } from './count.js';
import type { StatsSource } from './source.js';
import type { HugetlbStats } from './stats.js';

/** By size of the pages. What was reserved counts, where the kernel tells (5.7): it is what mmap(2) is refused for. */
export function hugetlbStats(source: StatsSource): Record<string, HugetlbStats> {
  const pattern = source.version === 1 ? /^hugetlb\.(\d+[KMGT]?B)\.usage_in_bytes$/ : /^hugetlb\.(\d+[KMGT]?B)\.current$/;
  const sizes = source.files().flatMap((file) => pattern.exec(file)?.[1] ?? []);
  return Object.fromEntries(sizes.sort().map((size) => [size, source.version === 1 ? statsV1(source, size) : statsV2(source, size)]));
}

function statsV1({ read }: StatsSource, size: string): HugetlbStats {
  const reserved = `hugetlb.${size}.rsvd`;
  const name = read(`${reserved}.usage_in_bytes`) === undefined ? `hugetlb.${size}` : reserved;
  return {
    usage: parseCount(read(`${name}.usage_in_bytes`)),
    max: parseCount(read(`${name}.max_usage_in_bytes`)),
    failcnt: parseCount(read(`${name}.failcnt`)),
  };
}

function statsV2({ read }: StatsSource, size: string): HugetlbStats {
  const reserved = read(`hugetlb.${size}.rsvd.current`);
  return {
    usage: parseCount(reserved ?? read(`hugetlb.${size}.current`)),
    max: 0,
    failcnt: parseFlatKeyed(read(`hugetlb.${size}.events`))['max'] ?? 0,
  };
}
