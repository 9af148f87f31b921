import { type Integer, maxOr, type Section } from './section.js';

/** `linux.resources.cpu`, with what is the cpuset controller's. 0 is none asked for, but in `burst` and `idle`. */
export interface LinuxCPU {
  readonly shares?: Integer | undefined;
  /** Microseconds in each period; less than 0 is no limit. */
  readonly quota?: Integer | undefined;
  readonly burst?: Integer | undefined;
  readonly period?: Integer | undefined;
  readonly realtimeRuntime?: Integer | undefined;
  readonly realtimePeriod?: Integer | undefined;
  readonly cpus?: string | undefined;
  readonly mems?: string | undefined;
  readonly idle?: Integer | undefined;
}

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const MIN_SHARES = 2n;
const MAX_SHARES = 262_144n;
/** Microseconds: what the kernel's CFS bandwidth control takes. */
const MIN_QUOTA = 1_000n;
const PERIOD = { min: 1_000n, max: 1_000_000n };

export function planCpu(cpu: LinuxCPU, section: Section): void {
  planWeight(cpu, section);
  planBandwidth(cpu, section);
  planRealtime(cpu, section);
}

/**
 * The weight of cgroup v2 for shares of v1: 2 becomes 1, the default of 1024 that of 100, and 262144 becomes 10000, with a power of a quadratic
 * function of the logarithm between them. runc has it since 1.3.2 (`ConvertCPUSharesToCgroupV2Value` of opencontainers/cgroups 0.0.3) and crun too;
 * the linear one before gave a default container a weight of 39.
 */
export function cpuWeight(shares: bigint): bigint {
  if (shares <= MIN_SHARES) return 1n;
  if (shares >= MAX_SHARES) return 10_000n;
  const l = Math.log2(Number(shares));
  return BigInt(Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34)));
}

/** An idle cgroup has no weight to set, and one that no longer is begins with the default: so `idle` comes first. */
function planWeight(cpu: LinuxCPU, section: Section): void {
  const idle = section.integer('idle', cpu.idle, { min: 0n, max: 1n });
  const shares = section.amount('shares', cpu.shares, { min: 1n });
  // Kernels before 5.15 have no idle cgroups.
  if (idle !== undefined) section.write('idle', 'cpu.idle', idle, idle === 0n ? { unless: ['ENOENT'] } : {});
  if (shares === undefined) return;
  if (idle === 1n) section.warn('shares', 'an idle cgroup has no weight: the shares are not set');
  else if (section.version === 2) section.write('shares', 'cpu.weight', cpuWeight(shares));
  // The kernel would take another number, and say nothing.
  else if (shares < MIN_SHARES || shares > MAX_SHARES) {
    section.issue('shares', `${String(shares)} is out of range`, `a whole number from ${String(MIN_SHARES)} to ${String(MAX_SHARES)}`);
  } else section.write('shares', 'cpu.shares', shares);
}

/**
 * Quota by period may never exceed the parent's, and the burst never the quota: which of them goes first depends on the values before. So those around the quota are tried
 * first, and once more behind it.
 */
function planBandwidth(cpu: LinuxCPU, section: Section): void {
  const quota = section.amount('quota', cpu.quota, INT64);
  const period = section.amount('period', cpu.period, PERIOD);
  const burst = section.integer('burst', cpu.burst, { min: 0n, max: INT64.max });
  if (quota !== undefined && quota > 0n && quota < MIN_QUOTA) {
    section.issue('quota', `${String(quota)} µs are less than the kernel counts`, `at least ${String(MIN_QUOTA)}, or -1`);
    return;
  }
  if (quota !== undefined && quota > 0n && burst !== undefined && burst > quota) {
    section.issue('burst', `${String(burst)} µs are more than the quota`, `at most ${String(quota)}`);
    return;
  }
  const v1 = section.version === 1;
  const around = (unless: readonly string[]): void => {
    const rules = unless.length === 0 ? {} : { unless };
    if (v1 && period !== undefined) section.write('period', 'cpu.cfs_period_us', period, rules);
    // Kernels before 5.14 save nothing up.
    const absent = burst === 0n ? { unless: [...unless, 'ENOENT'] } : rules;
    if (burst !== undefined) section.write('burst', v1 ? 'cpu.cfs_burst_us' : 'cpu.max.burst', burst, absent);
  };
  const writesQuota = quota !== undefined || (!v1 && period !== undefined);
  around(writesQuota ? ['EINVAL'] : []);
  if (!writesQuota) return;
  if (v1) section.write('quota', 'cpu.cfs_quota_us', quota !== undefined && quota > 0n ? quota : -1n);
  else {
    // One file for both: a quota without a period leaves that as it is, but a period comes with a quota.
    const words = [maxOr(quota ?? -1n), ...(period === undefined ? [] : [String(period)])];
    section.write(quota === undefined ? 'period' : 'quota', 'cpu.max', words.join(' '));
  }
  around([]);
}

function planRealtime(cpu: LinuxCPU, section: Section): void {
  const runtime = section.amount('realtimeRuntime', cpu.realtimeRuntime, INT64);
  const period = section.amount('realtimePeriod', cpu.realtimePeriod, { min: 1n, max: INT64.max });
  const writePeriod = (rules = {}): void => {
    if (period !== undefined && section.onlyOnV1('realtimePeriod', 'realtime scheduling of a cgroup')) {
      section.write('realtimePeriod', 'cpu.rt_period_us', period, rules);
    }
  };
  if (runtime === undefined) writePeriod();
  else if (section.onlyOnV1('realtimeRuntime', 'realtime scheduling of a cgroup')) {
    writePeriod({ unless: ['EINVAL'] });
    section.write('realtimeRuntime', 'cpu.rt_runtime_us', runtime);
    writePeriod();
  }
}
