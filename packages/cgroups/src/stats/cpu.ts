import { type Count, linesOf, parseCount, parseFlatKeyed, times } from './count.js';
import { parsePressure } from './pressure.js';
import type { StatsSource } from './source.js';
import type { CpuStats } from './stats.js';

/** cpuacct.stat counts in ticks of 1/100 s on every architecture. */
const NANOSECONDS_PER_TICK = 10_000_000n;
const NANOSECONDS_PER_MICROSECOND = 1000n;

/** v1 has the limit in `cpu` and the use in `cpuacct`, often two hierarchies. */
export function cpuStats(cpu: StatsSource, cpuacct: StatsSource): CpuStats {
  const stat = parseFlatKeyed(cpu.read('cpu.stat'));
  const psi = parsePressure(cpu.read('cpu.pressure'));
  const usage = cpuacct.version === 1 ? usageV1(cpuacct) : usageV2(cpuacct);
  return {
    usage,
    throttling: {
      periods: stat['nr_periods'] ?? 0,
      throttledPeriods: stat['nr_throttled'] ?? 0,
      throttledTime: stat['throttled_time'] ?? times(stat['throttled_usec'] ?? 0, NANOSECONDS_PER_MICROSECOND),
    },
    ...(psi === undefined ? {} : { psi }),
  };
}

function usageV1({ read }: StatsSource): CpuStats['usage'] {
  const stat = parseFlatKeyed(read('cpuacct.stat'));
  // A table with a heading: cpu user system.
  const rows = linesOf(read('cpuacct.usage_all'))
    .slice(1)
    .map((line) => line.split(' '));
  const column = (index: number): Count[] => rows.map((row) => parseCount(row[index]));
  return {
    total: parseCount(read('cpuacct.usage')),
    percpu: read('cpuacct.usage_percpu')?.trim().split(/\s+/).map(parseCount) ?? [],
    percpu_kernel: column(2),
    percpu_user: column(1),
    kernel: times(stat['system'] ?? 0, NANOSECONDS_PER_TICK),
    user: times(stat['user'] ?? 0, NANOSECONDS_PER_TICK),
  };
}

function usageV2({ read }: StatsSource): CpuStats['usage'] {
  const stat = parseFlatKeyed(read('cpu.stat'));
  const nanoseconds = (name: string): Count => times(stat[name] ?? 0, NANOSECONDS_PER_MICROSECOND);
  return {
    total: nanoseconds('usage_usec'),
    percpu: [],
    percpu_kernel: [],
    percpu_user: [],
    kernel: nanoseconds('system_usec'),
    user: nanoseconds('user_usec'),
  };
}
