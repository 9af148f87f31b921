import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cpuWeight } from '../../src/controllers/cpu.js';
import { type LinuxResources, planResources } from '../../src/index.js';
import { issuesOf, linesOf, v1, v2 } from './plan.js';

type Cpu = NonNullable<LinuxResources['cpu']>;

const of = (cpu: Cpu, layout = v1): string[] => linesOf({ cpu }, layout);
const wrong = (cpu: Cpu, layout = v1): string[] => issuesOf({ cpu }, layout);

describe('cpuWeight', () => {
  it('maps least, default and most to least, default and most', () => {
    expect([2n, 1024n, 262_144n].map(cpuWeight)).to.deep.equal([1n, 100n, 10_000n]);
    expect([1n, 2n ** 64n - 1n].map(cpuWeight)).to.deep.equal([1n, 10_000n]);
  });

  it('gives what runc and crun give', () => {
    const theirs = { 3: 2, 10: 4, 100: 17, 512: 59, 1023: 100, 1025: 101, 2048: 174, 10_000: 627, 100_000: 4_340, 262_143: 10_000 };
    // Both compute it with doubles, and round up: the numbers were computed by a program in C from the formula in crun's manual.
    for (const [shares, weight] of Object.entries(theirs)) expect(cpuWeight(BigInt(shares)), shares).to.equal(BigInt(weight));
  });

  it('never falls, and stays within the bounds of the kernel', () => {
    let last = 0n;
    for (let shares = 1n; shares <= 262_200n; shares += 1n) {
      const weight = cpuWeight(shares);
      if (weight < last || weight < 1n || weight > 10_000n)
        expect.fail(`${String(shares)} shares: ${String(weight)} after ${String(last)}`);
      last = weight;
    }
    expect(last).to.equal(10_000n);
  });
});

describe('cpu on v1', () => {
  it('sets shares', () => {
    expect(of({ shares: 512 })).to.deep.equal(['cpu.shares = 512']);
    expect(wrong({ shares: 1 })).to.deep.equal(['/linux/resources/cpu/shares: 1 is out of range']);
    expect(wrong({ shares: 262_145 })).to.have.length(1);
  });

  it('tries period and burst before and behind the quota, so that all can be raised and lowered', () => {
    expect(of({ quota: 20_000, period: 50_000, burst: 10_000 })).to.deep.equal([
      'cpu.cfs_period_us = 50000; unless EINVAL',
      'cpu.cfs_burst_us = 10000; unless EINVAL',
      'cpu.cfs_quota_us = 20000',
      'cpu.cfs_period_us = 50000',
      'cpu.cfs_burst_us = 10000',
    ]);
    expect(of({ quota: 20_000 })).to.deep.equal(['cpu.cfs_quota_us = 20000']);
    expect(of({ period: 50_000 })).to.deep.equal(['cpu.cfs_period_us = 50000']);
    expect(of({ burst: 10_000 })).to.deep.equal(['cpu.cfs_burst_us = 10000']);
  });

  it('lifts the quota', () => {
    expect(of({ quota: -1 })).to.deep.equal(['cpu.cfs_quota_us = -1']);
    expect(of({ quota: -5n })).to.deep.equal(['cpu.cfs_quota_us = -1']);
  });

  it('has realtime budgets, the period tried on both sides', () => {
    expect(of({ realtimeRuntime: 9500, realtimePeriod: 10_000 })).to.deep.equal([
      'cpu.rt_period_us = 10000; unless EINVAL',
      'cpu.rt_runtime_us = 9500',
      'cpu.rt_period_us = 10000',
    ]);
    expect(of({ realtimeRuntime: -1 })).to.deep.equal(['cpu.rt_runtime_us = -1']);
    expect(of({ realtimePeriod: 10_000 })).to.deep.equal(['cpu.rt_period_us = 10000']);
  });

  it('confines to CPUs and memory nodes, by names with and without a prefix', () => {
    expect(of({ cpus: '0-1,3', mems: '0' })).to.deep.equal(['cpuset.cpus = 0-1,3; else cpus = 0-1,3', 'cpuset.mems = 0; else mems = 0']);
  });
});

describe('cpu on v2', () => {
  it('sets a weight for shares', () => {
    expect(of({ shares: 512 }, v2)).to.deep.equal(['cpu.weight = 59']);
    expect(of({ shares: 1 }, v2)).to.deep.equal(['cpu.weight = 1']);
  });

  it('writes quota and period together', () => {
    expect(of({ quota: 20_000, period: 50_000 }, v2)).to.deep.equal(['cpu.max = 20000 50000']);
    expect(of({ quota: 20_000 }, v2)).to.deep.equal(['cpu.max = 20000']);
    expect(of({ period: 50_000 }, v2)).to.deep.equal(['cpu.max = max 50000']);
    expect(of({ quota: -1, period: 50_000 }, v2)).to.deep.equal(['cpu.max = max 50000']);
    expect(of({ quota: -1 }, v2)).to.deep.equal(['cpu.max = max']);
    expect(planResources({ cpu: { period: 50_000 } }, v2).writes.map(({ pointer }) => pointer)).to.deep.equal([
      '/linux/resources/cpu/period',
    ]);
  });

  it('tries the burst before and behind the quota', () => {
    expect(of({ quota: 20_000, burst: 10_000 }, v2)).to.deep.equal([
      'cpu.max.burst = 10000; unless EINVAL',
      'cpu.max = 20000',
      'cpu.max.burst = 10000',
    ]);
    expect(of({ burst: 10_000 }, v2)).to.deep.equal(['cpu.max.burst = 10000']);
  });

  it('has no realtime budgets', () => {
    expect(wrong({ realtimeRuntime: 9500, realtimePeriod: 10_000 }, v2)).to.deep.equal([
      '/linux/resources/cpu/realtimeRuntime: cgroup v2 has no realtime scheduling of a cgroup',
    ]);
    expect(wrong({ realtimePeriod: 10_000 }, v2)).to.deep.equal([
      '/linux/resources/cpu/realtimePeriod: cgroup v2 has no realtime scheduling of a cgroup',
    ]);
  });

  it('confines to CPUs and memory nodes', () => {
    expect(of({ cpus: '0-1,3', mems: '0' }, v2)).to.deep.equal(['cpuset.cpus = 0-1,3', 'cpuset.mems = 0']);
  });
});

describe('cpu', () => {
  for (const [version, layout] of Object.entries({ v1, v2 })) {
    it(`takes 0 and empty strings for none asked for, on ${version}`, () => {
      expect(of({ shares: 0, quota: 0, period: 0n, realtimeRuntime: 0, realtimePeriod: 0, cpus: '', mems: '' }, layout)).to.deep.equal([]);
    });

    it(`makes a cgroup idle or not before its weight is set, on ${version}`, () => {
      const weight = layout === v1 ? 'cpu.shares = 1024' : 'cpu.weight = 100';
      expect(of({ idle: 0, shares: 1024 }, layout)).to.deep.equal(['cpu.idle = 0; unless ENOENT', weight]);
      const { writes, warnings } = planResources({ cpu: { idle: 1, shares: 1024 } }, layout);
      expect(writes.map(({ file, value }) => `${file} = ${value}`)).to.deep.equal(['cpu.idle = 1']);
      expect(warnings.map(({ pointer }) => pointer)).to.deep.equal(['/linux/resources/cpu/shares']);
    });

    it(`allows no burst where the kernel has none, on ${version}`, () => {
      expect(of({ burst: 0 }, layout)).to.deep.equal([`${layout === v1 ? 'cpu.cfs_burst_us' : 'cpu.max.burst'} = 0; unless ENOENT`]);
    });

    it(`refuses what the kernel would, on ${version}`, () => {
      expect(wrong({ quota: 999 }, layout)).to.deep.equal(['/linux/resources/cpu/quota: 999 µs are less than the kernel counts']);
      expect(wrong({ period: 999 }, layout)).to.deep.equal(['/linux/resources/cpu/period: 999 is out of range']);
      expect(wrong({ period: 1_000_001, idle: 2 }, layout)).to.have.length(2);
      expect(wrong({ quota: 5000, burst: 5001 }, layout)).to.deep.equal(['/linux/resources/cpu/burst: 5001 µs are more than the quota']);
    });
  }
});
