import { expect } from 'chai';
import { describe, it } from 'mocha';
import { blkioStats } from '../../src/stats/blkio.js';
import { cpuStats } from '../../src/stats/cpu.js';
import { cpusetStats, parseList } from '../../src/stats/cpuset.js';
import { hugetlbStats } from '../../src/stats/hugetlb.js';
import { memoryStats } from '../../src/stats/memory.js';
import { pidsStats } from '../../src/stats/pids.js';
import { parsePressure } from '../../src/stats/pressure.js';
import { rdmaStats } from '../../src/stats/rdma.js';
import { filesOf, v1, v2 } from './fixtures.js';

const onV1 = filesOf(1, v1);
const onV2 = filesOf(2, v2);
const noFiles = filesOf(2, {});
const LIMITLESS_V1 = 9223372036854771712n;
const LIMITLESS_V2 = 18446744073709551615n;

describe('stats of a cgroup', () => {
  it('cpu, v1: nanoseconds, for each CPU too', () => {
    expect(cpuStats(onV1, onV1)).to.deep.equal({
      usage: {
        total: 192676750,
        percpu: [188345324, 4331426],
        percpu_kernel: [8000000, 4000000],
        percpu_user: [212000000, 0],
        kernel: 10_000_000,
        user: 180_000_000,
      },
      throttling: { periods: 11, throttledPeriods: 8, throttledTime: 638658901 },
    });
  });

  it('cpu, v2: microseconds become nanoseconds, and there is pressure', () => {
    const pressure = { avg10: 9.41, avg60: 1.7, avg300: 0.35, total: 1957578 };
    expect(cpuStats(onV2, onV2)).to.deep.equal({
      usage: { total: 631899000, percpu: [], percpu_kernel: [], percpu_user: [], kernel: 44844000, user: 587054000 },
      throttling: { periods: 32, throttledPeriods: 31, throttledTime: 2411837000 },
      psi: { some: pressure, full: pressure },
    });
  });

  it('memory, v1', () => {
    const stats = memoryStats(onV1);
    expect(stats).to.deep.include({
      cache: 8323072,
      usage: { limit: 67108864, usage: 8949760, max: 8962048, failcnt: 3 },
      swap: { limit: LIMITLESS_V1, usage: 8949760, max: 8962048, failcnt: 0 },
      kernel: { limit: LIMITLESS_V1, usage: 262144, max: 0, failcnt: 0 },
    });
    expect(stats.raw).to.deep.include({ rss: 110592, hierarchical_memsw_limit: LIMITLESS_V1 });
    expect(stats).not.to.have.property('psi');
  });

  it('memory, v2: swap is counted together with memory, as on v1', () => {
    const stats = memoryStats(onV2);
    expect(stats).to.deep.include({
      cache: 90112,
      usage: { limit: 67108864, usage: 266240, max: 626688, failcnt: 0 },
      swap: { limit: LIMITLESS_V2, usage: 270336, max: 0, failcnt: 0 },
    });
    const both = memoryStats(filesOf(2, { ...v2, 'memory.swap.max': '1048576\n' }));
    expect(both.swap.limit).to.equal(67108864 + 1048576);
    const unlimited = memoryStats(filesOf(2, { ...v2, 'memory.max': 'max\n', 'memory.swap.max': '1048576\n' }));
    expect(unlimited.swap.limit, 'not 2^64 and more').to.equal(LIMITLESS_V2);
    expect(memoryStats(filesOf(2, { 'memory.current': '5\n' })).swap, 'without swap accounting').to.deep.equal({
      limit: 0,
      usage: 0,
      max: 0,
      failcnt: 0,
    });
  });

  it('pids: no limit is 0', () => {
    expect(pidsStats(onV1)).to.deep.equal({ current: 1, limit: 10 });
    expect(pidsStats(onV2)).to.deep.equal({ current: 1, limit: 0 });
  });

  it('blkio, v1: of the scheduler that counts, else of the throttling layer', () => {
    const table = '8:0 Read 4096\n8:0 Write 0\n8:0 Total 4096\nTotal 4096\n';
    const empty = 'Total 0\n';
    const throttled = filesOf(1, {
      'blkio.bfq.io_serviced_recursive': empty,
      'blkio.throttle.io_serviced_recursive': table,
      'blkio.throttle.io_service_bytes_recursive': empty,
    });
    expect(blkioStats(throttled).ioServicedRecursive).to.deep.equal([
      { major: 8, minor: 0, op: 'Read', value: 4096 },
      { major: 8, minor: 0, op: 'Write', value: 0 },
      { major: 8, minor: 0, op: 'Total', value: 4096 },
    ]);
    const bfq = filesOf(1, { 'blkio.bfq.io_serviced_recursive': table, 'blkio.throttle.io_serviced_recursive': empty });
    expect(blkioStats(bfq).ioServicedRecursive).to.have.length(3);
    const cfq = filesOf(1, { 'blkio.io_serviced_recursive': table, 'blkio.time_recursive': '8:16 12\n' });
    expect(blkioStats(cfq).ioTimeRecursive).to.deep.equal([{ major: 8, minor: 16, op: '', value: 12 }]);
  });

  it('blkio, v2', () => {
    const stats = blkioStats(onV2);
    expect(stats.ioServiceBytesRecursive).to.deep.equal([
      { major: 254, minor: 0, op: 'Read', value: 6553600 },
      { major: 254, minor: 0, op: 'Write', value: 0 },
    ]);
    expect(stats.ioServicedRecursive[0]).to.deep.equal({ major: 254, minor: 0, op: 'Read', value: 100 });
    // A device that is known by its number alone, as the kernel shows it at times.
    expect(blkioStats(filesOf(2, { 'io.stat': '7:1\n' })).ioServicedRecursive).to.deep.equal([]);
  });

  it('hugetlb: what is reserved, where the kernel tells', () => {
    expect(hugetlbStats(onV2)).to.deep.equal({
      '1GB': { usage: 0, max: 0, failcnt: 0 },
      '2MB': { usage: 2097152, max: 0, failcnt: 7 },
    });
    const files = {
      'hugetlb.2MB.usage_in_bytes': '0\n',
      'hugetlb.2MB.max_usage_in_bytes': '0\n',
      'hugetlb.2MB.failcnt': '0\n',
      'hugetlb.2MB.rsvd.usage_in_bytes': '2097152\n',
      'hugetlb.2MB.rsvd.max_usage_in_bytes': '4194304\n',
      'hugetlb.2MB.rsvd.failcnt': '5\n',
    };
    expect(hugetlbStats(filesOf(1, files))).to.deep.equal({ '2MB': { usage: 2097152, max: 4194304, failcnt: 5 } });
  });

  it('cpuset: what may be used in effect', () => {
    expect(cpusetStats(onV2)).to.deep.include({ cpus: [0, 1], mems: [0], cpu_exclusive: 0 });
    const files = {
      'cpuset.cpus': '0,2-3\n',
      'cpuset.mems': '0\n',
      'cpuset.sched_relax_domain_level': '-1\n',
      'cpuset.sched_load_balance': '1\n',
    };
    expect(cpusetStats(filesOf(1, files))).to.deep.include({ cpus: [0, 2, 3], sched_relax_domain_level: -1, sched_load_balance: 1 });
    expect(parseList('\n')).to.deep.equal([]);
  });

  it('rdma', () => {
    const files = { 'rdma.max': 'mlx4_0 hca_handle=2 hca_object=max\n', 'rdma.current': 'mlx4_0 hca_handle=1 hca_object=20\n' };
    expect(rdmaStats(filesOf(2, files))).to.deep.equal({
      limit: [{ device: 'mlx4_0', hca_handles: 2, hca_objects: LIMITLESS_V2 }],
      current: [{ device: 'mlx4_0', hca_handles: 1, hca_objects: 20 }],
    });
  });

  it('pressure: of CPUs there was no `full` before 5.13', () => {
    const stats = parsePressure('some avg10=1.00 avg60=0.50 avg300=0.10 total=18446744073709551615\n');
    expect(stats?.some).to.deep.equal({ avg10: 1, avg60: 0.5, avg300: 0.1, total: LIMITLESS_V2 });
    expect(stats?.full).to.deep.equal({ avg10: 0, avg60: 0, avg300: 0, total: 0 });
    expect(parsePressure(undefined)).to.equal(undefined);
  });

  it('what is not there counts nothing', () => {
    expect(cpuStats(noFiles, noFiles).usage.total).to.equal(0);
    expect(memoryStats(noFiles).usage).to.deep.equal({ limit: 0, usage: 0, max: 0, failcnt: 0 });
    expect(hugetlbStats(noFiles)).to.deep.equal({});
    expect(cpuStats(filesOf(1, {}), filesOf(1, {})).usage.percpu).to.deep.equal([]);
  });
});
