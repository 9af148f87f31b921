import { type Count, parseCount } from './count.js';
import type { StatsSource } from './source.js';
import type { CpusetStats } from './stats.js';

/** What the cgroup may use in effect: on v2 an empty cpuset.cpus means the parent's. */
export function cpusetStats({ version, read }: StatsSource): CpusetStats {
  const list = (name: string): number[] => parseList(read(version === 1 ? name : `${name}.effective`));
  const flag = (name: string): Count => (version === 1 ? parseCount(read(`cpuset.${name}`)) : 0);
  return {
    cpus: list('cpuset.cpus'),
    cpu_exclusive: flag('cpu_exclusive'),
    mems: list('cpuset.mems'),
    mem_hardwall: flag('mem_hardwall'),
    mem_exclusive: flag('mem_exclusive'),
    memory_migrate: flag('memory_migrate'),
    memory_spread_page: flag('memory_spread_page'),
    memory_spread_slab: flag('memory_spread_slab'),
    memory_pressure: flag('memory_pressure'),
    sched_load_balance: flag('sched_load_balance'),
    sched_relax_domain_level: flag('sched_relax_domain_level'),
  };
}

/** Parses `0-2,7`. */
export function parseList(text: string | undefined): number[] {
  return (text?.trim() ?? '')
    .split(',')
    .filter(Boolean)
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
