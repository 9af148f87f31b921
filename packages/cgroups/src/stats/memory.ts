import { parseCount, parseFlatKeyed, plus } from './count.js';
import { parsePressure } from './pressure.js';
import type { StatsSource } from './source.js';
import type { MemoryEntry, MemoryStats } from './stats.js';

const nothing: MemoryEntry = { limit: 0, usage: 0, max: 0, failcnt: 0 };
const NO_LIMIT = 2n ** 64n - 1n;

export function memoryStats(source: StatsSource): MemoryStats {
  const raw = parseFlatKeyed(source.read('memory.stat'));
  const psi = parsePressure(source.read('memory.pressure'));
  const entries = source.version === 1 ? entriesV1(source) : entriesV2(source);
  return { cache: raw[source.version === 1 ? 'cache' : 'file'] ?? 0, ...entries, raw, ...(psi === undefined ? {} : { psi }) };
}

type Entries = Pick<MemoryStats, 'usage' | 'swap' | 'kernel' | 'kernelTCP'>;

function entriesV1({ read }: StatsSource): Entries {
  const entry = (name: string): MemoryEntry => ({
    limit: parseCount(read(`${name}.limit_in_bytes`)),
    usage: parseCount(read(`${name}.usage_in_bytes`)),
    max: parseCount(read(`${name}.max_usage_in_bytes`)),
    failcnt: parseCount(read(`${name}.failcnt`)),
  });
  return { usage: entry('memory'), swap: entry('memory.memsw'), kernel: entry('memory.kmem'), kernelTCP: entry('memory.kmem.tcp') };
}

function entriesV2({ read }: StatsSource): Entries {
  const usage = {
    limit: parseCount(read('memory.max')),
    usage: parseCount(read('memory.current')),
    max: parseCount(read('memory.peak')),
    failcnt: 0,
  };
  return { usage, swap: swapV2(read, usage), kernel: nothing, kernelTCP: nothing };
}

/** v2 counts swap by itself; here it is memory and swap together, as on v1. The peaks of the two were not at one time, and don't add up. */
function swapV2(read: StatsSource['read'], memory: MemoryEntry): MemoryEntry {
  const current = read('memory.swap.current');
  if (current === undefined) return nothing;
  const limit = parseCount(read('memory.swap.max'));
  const limitless = [limit, memory.limit].includes(NO_LIMIT);
  return { ...nothing, usage: plus(parseCount(current), memory.usage), limit: limitless ? NO_LIMIT : plus(limit, memory.limit) };
}
