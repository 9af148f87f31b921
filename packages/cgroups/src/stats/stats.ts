import type { Count } from './count.js';

/** How long tasks waited for a resource. @kernel 4.20; of a cgroup 5.2 */
export interface Pressure {
  /** Percent of the time, lately. */
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  /** Microseconds in all. */
  readonly total: Count;
}

/** `some`: one task at least waited; `full`: all that could have run did. */
export interface PressureStats {
  readonly some: Pressure;
  readonly full: Pressure;
}

export interface CpuStats {
  /** Nanoseconds. What the kernel doesn't tell for each CPU is an empty list. */
  readonly usage: {
    readonly total: Count;
    readonly percpu: readonly Count[];
    readonly percpu_kernel: readonly Count[];
    readonly percpu_user: readonly Count[];
    readonly kernel: Count;
    readonly user: Count;
  };
  readonly throttling: {
    readonly periods: Count;
    readonly throttledPeriods: Count;
    /** Nanoseconds. */
    readonly throttledTime: Count;
  };
  readonly psi?: PressureStats | undefined;
}

export interface CpusetStats {
  readonly cpus: readonly number[];
  readonly cpu_exclusive: Count;
  readonly mems: readonly number[];
  readonly mem_hardwall: Count;
  readonly mem_exclusive: Count;
  readonly memory_migrate: Count;
  readonly memory_spread_page: Count;
  readonly memory_spread_slab: Count;
  readonly memory_pressure: Count;
  readonly sched_load_balance: Count;
  readonly sched_relax_domain_level: Count;
}

/** Bytes. */
export interface MemoryEntry {
  /** No limit is 2^64 - 1 on v2, and the greatest multiple of a page below 2^63 on v1. */
  readonly limit: Count;
  readonly usage: Count;
  /** The most there was. */
  readonly max: Count;
  /** How often the limit was hit. v1 only. */
  readonly failcnt: Count;
}

export interface MemoryStats {
  readonly cache: Count;
  readonly usage: MemoryEntry;
  /** Memory and swap together, as v1 counts them. */
  readonly swap: MemoryEntry;
  readonly kernel: MemoryEntry;
  readonly kernelTCP: MemoryEntry;
  /** memory.stat as it is. */
  readonly raw: Readonly<Record<string, Count>>;
  readonly psi?: PressureStats | undefined;
}

export interface PidsStats {
  readonly current: Count;
  /** 0 is no limit. */
  readonly limit: Count;
}

export interface BlkioEntry {
  readonly major: number;
  readonly minor: number;
  /** `Read`, `Write`, `Sync` …; empty where all are counted together. */
  readonly op: string;
  readonly value: Count;
}

export interface BlkioStats {
  readonly ioServiceBytesRecursive: readonly BlkioEntry[];
  readonly ioServicedRecursive: readonly BlkioEntry[];
  readonly ioQueueRecursive: readonly BlkioEntry[];
  readonly ioServiceTimeRecursive: readonly BlkioEntry[];
  readonly ioWaitTimeRecursive: readonly BlkioEntry[];
  readonly ioMergedRecursive: readonly BlkioEntry[];
  readonly ioTimeRecursive: readonly BlkioEntry[];
  readonly sectorsRecursive: readonly BlkioEntry[];
  readonly psi?: PressureStats | undefined;
}

/** Bytes of one size of huge pages. */
export interface HugetlbStats {
  readonly usage: Count;
  readonly max: Count;
  readonly failcnt: Count;
}

export interface RdmaEntry {
  readonly device: string;
  readonly hca_handles: Count;
  readonly hca_objects: Count;
}

export interface RdmaStats {
  readonly limit: readonly RdmaEntry[];
  readonly current: readonly RdmaEntry[];
}

/** What a cgroup uses, its children included. Names are those of `runc events --stats`; a controller that isn't there counts zero. */
export interface CgroupStats {
  readonly cpu: CpuStats;
  readonly cpuset: CpusetStats;
  readonly memory: MemoryStats;
  readonly pids: PidsStats;
  readonly blkio: BlkioStats;
  /** By size: `2MB`, `1GB`. */
  readonly hugetlb: Readonly<Record<string, HugetlbStats>>;
  readonly rdma: RdmaStats;
}
