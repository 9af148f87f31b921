import type { CgroupWrite } from '../write.js';
import { cpuBits } from './cpu-list.js';
import { amount, INFINITY, type UnitProperty } from './property.js';

/** Microseconds: the kernel's own, where nobody says another. */
const DEFAULT_PERIOD = 100_000n;
/** systemd counts whole percents of a CPU: microseconds of each second. */
const PERCENT = 10_000n;

type ToProperties = (value: string, version: number) => UnitProperty[];

function limit(name: string, least = 0n): ToProperties {
  return (value) => [amount(name, atLeast(least, numberOr(value)))];
}

function list(name: string): ToProperties {
  return (value, version) => (version < 244 || value.trim() === '' ? [] : [{ name, signature: 'ay', value: cpuBits(value) }]);
}

/** `4950`, `default 4950`; a weight of one device is none of the unit. */
function weight(name: string): ToProperties {
  return (value) => {
    const [, number] = /^(?:default )?(\d+)$/.exec(value.trim()) ?? [];
    return number === undefined ? [] : [amount(name, BigInt(number))];
  };
}

/** What a file is for systemd. Of the others it knows nothing, and leaves them alone. */
const files: Readonly<Record<1 | 2, Readonly<Record<string, ToProperties>>>> = {
  1: {
    'memory.limit_in_bytes': limit('MemoryLimit'),
    'cpu.shares': weight('CPUShares'),
    'blkio.weight': weight('BlockIOWeight'),
    'pids.max': limit('TasksMax', 1n),
    'cpuset.cpus': list('AllowedCPUs'),
    'cpuset.mems': list('AllowedMemoryNodes'),
  },
  2: {
    'memory.max': limit('MemoryMax'),
    'memory.high': limit('MemoryHigh'),
    'memory.low': limit('MemoryLow'),
    'memory.min': limit('MemoryMin'),
    'memory.swap.max': limit('MemorySwapMax'),
    'cpu.weight': weight('CPUWeight'),
    // An idle cgroup is one of no weight at all.
    'cpu.idle': (value, version) => (value.trim() === '1' && version >= 252 ? [amount('CPUWeight', 0n)] : []),
    'io.weight': weight('IOWeight'),
    'pids.max': limit('TasksMax', 1n),
    'cpuset.cpus': list('AllowedCPUs'),
    'cpuset.mems': list('AllowedMemoryNodes'),
  },
};

/**
 * What systemd has to know of limits, so that it does not undo them when it is reloaded: the properties for the writes that it would make itself.
 * The last word on a file counts.
 *
 * @param version of systemd
 * @param period the cgroup's own, in microseconds, where the writes don't name one
 */
export function limitProperties(writes: readonly CgroupWrite[], version: number, period = DEFAULT_PERIOD): UnitProperty[] {
  const properties = new Map<string, UnitProperty>();
  for (const write of writes) {
    for (const { file, value } of [write, ...(write.fallback === undefined ? [] : [write.fallback])]) {
      for (const property of files[write.version][file]?.(value, version) ?? []) properties.set(property.name, property);
    }
  }
  for (const property of bandwidth(bandwidthOf(writes), version, period)) properties.set(property.name, property);
  return [...properties.values()];
}

interface Bandwidth {
  /** Undefined: not said. */
  readonly quota: bigint | undefined;
  readonly period: bigint | undefined;
}

/** `cpu.max` has both; v1 has a file for each. */
function bandwidthOf(writes: readonly CgroupWrite[]): Bandwidth {
  let [quota, period]: (bigint | undefined)[] = [];
  for (const { file, value } of writes) {
    const words = value.trim().split(/\s+/);
    if (file === 'cpu.cfs_period_us') period = numberOr(words[0]);
    else if (file === 'cpu.cfs_quota_us') quota = numberOr(words[0]);
    else if (file === 'cpu.max') [quota, period] = [numberOr(words[0]), words[1] === undefined ? period : numberOr(words[1])];
  }
  return { quota, period };
}

function bandwidth({ quota, period }: Bandwidth, version: number, present: bigint): UnitProperty[] {
  return [
    ...(period === undefined || version < 242 ? [] : [amount('CPUQuotaPeriodUSec', period)]),
    ...(quota === undefined ? [] : [amount('CPUQuotaPerSecUSec', quota === INFINITY ? INFINITY : perSecond(quota, period ?? present))]),
  ];
}

/** Rounded up, since less than was asked for would be a failure. */
function perSecond(quota: bigint, period: bigint): bigint {
  return (((quota * 1_000_000n) / period + PERCENT - 1n) / PERCENT) * PERCENT;
}

/**
 * The writes with each quota of CPU time as systemd can have it, so that the file and the property say the same: rounded up to a percent of a CPU.
 */
export function roundQuotas(writes: readonly CgroupWrite[], present = DEFAULT_PERIOD): CgroupWrite[] {
  const { period = present } = bandwidthOf(writes);
  const round = (words: string): string => {
    const quota = numberOr(words);
    return quota === INFINITY ? words : String((perSecond(quota, period) * period) / 1_000_000n);
  };
  return writes.map((write) => {
    const [quota = '', ...rest] = write.value.trim().split(/\s+/);
    if (write.file === 'cpu.cfs_quota_us') return { ...write, value: round(quota) };
    return write.file === 'cpu.max' ? { ...write, value: [round(quota), ...rest].join(' ') } : write;
  });
}

/** A number, or no limit: `max`, `-1`, and what can't be one, which the kernel will have a word on. */
function numberOr(value = ''): bigint {
  const word = value.trim();
  return /^\d+$/.test(word) && BigInt(word) < INFINITY ? BigInt(word) : INFINITY;
}

function atLeast(least: bigint, value: bigint): bigint {
  return value < least ? least : value;
}
