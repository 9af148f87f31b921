import type { BlkioEntry, CgroupStats, Count } from '@standpipe/cgroups';
import { type Container, listContainers, type SteeredStatus } from './container.js';

/** The numbers of one container at one moment. */
export interface UsageSample {
  readonly id: string;
  readonly status: SteeredStatus;
  readonly pid: number;
  /** Milliseconds, on a clock that never jumps. */
  readonly at: number;
  /** Undefined when it has ended, or has no cgroup of its own. */
  readonly stats: CgroupStats | undefined;
}

/** What a container uses: as a person wants to know it, and per second where two samples are compared. */
export interface ContainerUsage {
  readonly id: string;
  readonly status: SteeredStatus;
  readonly pid: number;
  /** Undefined when it has ended, or has no cgroup of its own. */
  readonly usage: Usage | undefined;
}

export interface Usage {
  /** Percent of one CPU, so that two busy ones are 200. Undefined of the first sample, as are all rates. */
  readonly cpuPercent: number | undefined;
  /** Bytes. Without what could be dropped at once: files that were read and not used again. */
  readonly memoryBytes: number;
  /** Undefined where there is none. */
  readonly memoryLimitBytes: number | undefined;
  readonly pids: number;
  readonly pidsLimit: number | undefined;
  /** Of block devices. */
  readonly readBytesPerSecond: number | undefined;
  readonly writeBytesPerSecond: number | undefined;
  /** Percent of the last ten seconds in which some task waited for the resource. Undefined where the kernel doesn't tell: cgroup v1. */
  readonly pressure: { readonly cpu: number | undefined; readonly memory: number | undefined; readonly io: number | undefined };
}

/** Looks at all containers. */
export function sampleUsage(root: string): UsageSample[] {
  return listContainers(root).map(sample);
}

function sample({ state: { id, status, pid }, cgroup }: Container): UsageSample {
  const at = performance.now();
  try {
    return { id, status, pid, at, stats: cgroup?.stats() };
  } catch (error) {
    if (cgroup?.exists() === true) throw error;
    return { id, status, pid, at, stats: undefined };
  }
}

/** What was used between two looks; rates are undefined for a container that the first doesn't know. */
export function usageBetween(before: readonly UsageSample[], now: readonly UsageSample[]): ContainerUsage[] {
  const earlier = new Map(before.map((one) => [one.id, one]));
  return now.map(({ id, status, pid, at, stats }) => {
    const past = earlier.get(id);
    // Another container may have taken over the id.
    const same = past?.stats === undefined || past.pid !== pid || past.at >= at ? undefined : { stats: past.stats, ms: at - past.at };
    return { id, status, pid, usage: stats === undefined ? undefined : usageOf(stats, same) };
  });
}

function usageOf(stats: CgroupStats, past: { readonly stats: CgroupStats; readonly ms: number } | undefined): Usage {
  const perMs = (count: (of: CgroupStats) => Count): number | undefined =>
    past === undefined ? undefined : Math.max(0, Number(count(stats)) - Number(count(past.stats))) / past.ms;
  const nanosecondsPerMs = perMs(({ cpu }) => cpu.usage.total);
  const perSecond = (op: string): number | undefined =>
    times(
      perMs(({ blkio }) => bytes(blkio.ioServiceBytesRecursive, op)),
      1000,
    );
  const { cpu, memory, pids, blkio } = stats;
  return {
    cpuPercent: times(nanosecondsPerMs, 1 / 10_000),
    memoryBytes: Math.max(0, Number(memory.usage.usage) - Number(memory.raw['total_inactive_file'] ?? memory.raw['inactive_file'] ?? 0)),
    memoryLimitBytes: limitOf(memory.usage.limit),
    pids: Number(pids.current),
    pidsLimit: limitOf(pids.limit),
    readBytesPerSecond: perSecond('Read'),
    writeBytesPerSecond: perSecond('Write'),
    pressure: { cpu: cpu.psi?.some.avg10, memory: memory.psi?.some.avg10, io: blkio.psi?.some.avg10 },
  };
}

function times(rate: number | undefined, factor: number): number | undefined {
  return rate === undefined ? undefined : rate * factor;
}

function bytes(entries: readonly BlkioEntry[], wanted: string): number {
  return entries.reduce((sum, { op, value }) => (op === wanted ? sum + Number(value) : sum), 0);
}

/** v1 says "no limit" by the greatest multiple of a page below 2^63, v2 by 2^64 - 1, and of pids both by 0. */
function limitOf(limit: Count): number | undefined {
  return limit > 2n ** 62n || limit === 0 ? undefined : Number(limit);
}
