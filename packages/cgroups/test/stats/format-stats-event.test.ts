import { expect } from 'chai';
import { describe, it } from 'mocha';
import { blkioStats } from '../../src/stats/blkio.js';
import { cpuStats } from '../../src/stats/cpu.js';
import { cpusetStats } from '../../src/stats/cpuset.js';
import { formatStatsEvent } from '../../src/stats/format-stats-event.js';
import { hugetlbStats } from '../../src/stats/hugetlb.js';
import { memoryStats } from '../../src/stats/memory.js';
import { pidsStats } from '../../src/stats/pids.js';
import { rdmaStats } from '../../src/stats/rdma.js';
import type { StatsSource } from '../../src/stats/source.js';
import { filesOf, v1, v2 } from './fixtures.js';

const eventOf = (source: StatsSource): string =>
  formatStatsEvent('web "1"', {
    cpu: cpuStats(source, source),
    cpuset: cpusetStats(source),
    memory: memoryStats(source),
    pids: pidsStats(source),
    blkio: blkioStats(source),
    hugetlb: hugetlbStats(source),
    rdma: rdmaStats(source),
  });

describe('formatStatsEvent', () => {
  it('is one line of JSON with type, id and data', () => {
    const line = eventOf(filesOf(2, v2));
    expect(line).not.to.include('\n');
    expect(JSON.parse(line)).to.have.all.keys('type', 'id', 'data');
    expect(JSON.parse(line)).to.include({ type: 'stats', id: 'web "1"' });
  });

  it('keeps integers of 64 bits exact', () => {
    expect(eventOf(filesOf(1, v1))).to.include('"swap":{"limit":9223372036854771712,');
    expect(eventOf(filesOf(2, v2))).to.include('"swap":{"limit":18446744073709551615,');
  });

  it('leaves out the zeros that runc leaves out, and no others', () => {
    expect(JSON.parse(eventOf(filesOf(2, {})))).to.deep.equal({
      type: 'stats',
      id: 'web "1"',
      data: {
        cpu: { usage: { kernel: 0, user: 0 }, throttling: {} },
        cpuset: {
          cpu_exclusive: 0,
          mem_hardwall: 0,
          mem_exclusive: 0,
          memory_migrate: 0,
          memory_spread_page: 0,
          memory_spread_slab: 0,
          memory_pressure: 0,
          sched_load_balance: 0,
          sched_relax_domain_level: 0,
        },
        memory: {
          usage: { limit: 0, failcnt: 0 },
          swap: { limit: 0, failcnt: 0 },
          kernel: { limit: 0, failcnt: 0 },
          kernelTCP: { limit: 0, failcnt: 0 },
        },
        pids: {},
        blkio: {},
        hugetlb: {},
        intel_rdt: {},
        network_interfaces: null,
      },
    });
  });

  it('has pressure and the raw numbers in full, be they zero', () => {
    const files = {
      'memory.stat': 'anon 0\n',
      'memory.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
      'hugetlb.2MB.current': '0\n',
    };
    const { data } = JSON.parse(eventOf(filesOf(2, files))) as { data: { memory: { raw: object; psi: object }; hugetlb: object } };
    const none = { avg10: 0, avg60: 0, avg300: 0, total: 0 };
    expect(data.memory.raw).to.deep.equal({ anon: 0 });
    expect(data.memory.psi).to.deep.equal({ some: none, full: none });
    expect(data.hugetlb).to.deep.equal({ '2MB': { failcnt: 0 } });
  });
});
