import type { StatsSource } from '../../src/stats/source.js';

/** A cgroup by its files. */
export function filesOf(version: StatsSource['version'], files: Readonly<Record<string, string>>): StatsSource {
  return { version, read: (file) => files[file], files: () => Object.keys(files) };
}

/** Files of cgroups that ran a shell's loop under limits, and read a disk: of Linux 6.18 on v1, of 6.1 on v2. */
export const v1 = {
  'cpu.stat': 'nr_periods 11\nnr_throttled 8\nthrottled_time 638658901\nnr_bursts 0\nburst_time 0\n',
  'cpuacct.usage': '192676750\n',
  'cpuacct.usage_percpu': '188345324 4331426 \n',
  'cpuacct.stat': 'user 18\nsystem 1\n',
  'cpuacct.usage_all': 'cpu user system\n0 212000000 8000000\n1 0 4000000\n',
  'memory.stat': 'cache 8323072\nrss 110592\nswap 0\nhierarchical_memsw_limit 9223372036854771712\ntotal_cache 8323072\n',
  'memory.usage_in_bytes': '8949760\n',
  'memory.max_usage_in_bytes': '8962048\n',
  'memory.failcnt': '3\n',
  'memory.limit_in_bytes': '67108864\n',
  'memory.memsw.usage_in_bytes': '8949760\n',
  'memory.memsw.max_usage_in_bytes': '8962048\n',
  'memory.memsw.failcnt': '0\n',
  'memory.memsw.limit_in_bytes': '9223372036854771712\n',
  'memory.kmem.usage_in_bytes': '262144\n',
  'memory.kmem.limit_in_bytes': '9223372036854771712\n',
  'pids.current': '1\n',
  'pids.max': '10\n',
};

export const v2 = {
  'cpu.stat':
    'usage_usec 631899\nuser_usec 587054\nsystem_usec 44844\nnr_periods 32\nnr_throttled 31\nthrottled_usec 2411837\nnr_bursts 0\nburst_usec 0\n',
  'cpu.pressure': 'some avg10=9.41 avg60=1.70 avg300=0.35 total=1957578\nfull avg10=9.41 avg60=1.70 avg300=0.35 total=1957578\n',
  'cpuset.cpus': '\n',
  'cpuset.cpus.effective': '0-1\n',
  'cpuset.mems.effective': '0\n',
  'memory.stat': 'anon 110592\nfile 90112\nkernel 65536\npgfault 180\n',
  'memory.current': '266240\n',
  'memory.max': '67108864\n',
  'memory.peak': '626688\n',
  'memory.swap.current': '4096\n',
  'memory.swap.max': 'max\n',
  'memory.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
  'pids.current': '1\n',
  'pids.max': 'max\n',
  'io.stat': '254:0 rbytes=6553600 wbytes=0 rios=100 wios=0 dbytes=0 dios=0\n',
  'hugetlb.1GB.current': '0\n',
  'hugetlb.1GB.events': 'max 0\n',
  'hugetlb.2MB.current': '0\n',
  'hugetlb.2MB.rsvd.current': '2097152\n',
  'hugetlb.2MB.events': 'max 7\n',
};
