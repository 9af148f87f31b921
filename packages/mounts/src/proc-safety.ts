/**
 * What may be mounted upon in /proc: files that fuse filesystems such as lxcfs emulate. Anything
 * else there would let a container's writes, or ours, go to other places than the kernel
 * (CVE-2019-16884, CVE-2019-19921, CVE-2023-28642).
 */
const emulated: ReadonlySet<string> = new Set(
  [
    'cpuinfo',
    'diskstats',
    'meminfo',
    'stat',
    'swaps',
    'uptime',
    'loadavg',
    'slabinfo',
    'sys/kernel/ns_last_pid',
    'sys/crypto/fips_enabled',
  ].map((name) => `/proc/${name}`),
);

/** Where a destination lies, as its path says. Where it leads is seen when it is opened. */
export type ProcPlace = 'outside' | 'proc' | 'emulated' | 'inside';

export function procPlaceOf(destination: string): ProcPlace {
  if (destination === '/proc') return 'proc';
  if (!destination.startsWith('/proc/')) return 'outside';
  return emulated.has(destination) ? 'emulated' : 'inside';
}
