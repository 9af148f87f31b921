import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type UsageSample, usageBetween } from '../../src/steer/index.js';

type Stats = NonNullable<UsageSample['stats']>;

const entry = { limit: 0, usage: 0, max: 0, failcnt: 0 };

function stats(cpu: number | bigint, read: number, change: { limit?: number | bigint; psi?: boolean } = {}): Stats {
  const pressure = { avg10: 1.25, avg60: 0, avg300: 0, total: 0 };
  const psi = change.psi === true ? { psi: { some: pressure, full: pressure } } : {};
  const nothing = {
    ioServicedRecursive: [],
    ioQueueRecursive: [],
    ioServiceTimeRecursive: [],
    ioWaitTimeRecursive: [],
    ioMergedRecursive: [],
    ioTimeRecursive: [],
    sectorsRecursive: [],
  };
  return {
    cpu: {
      usage: { total: cpu, percpu: [], percpu_kernel: [], percpu_user: [], kernel: 0, user: 0 },
      throttling: { periods: 0, throttledPeriods: 0, throttledTime: 0 },
      ...psi,
    },
    memory: {
      cache: 0,
      usage: { ...entry, usage: 100_000, limit: change.limit ?? 2 ** 20 },
      swap: entry,
      kernel: entry,
      kernelTCP: entry,
      raw: { inactive_file: 1, total_inactive_file: 40_000 },
      ...psi,
    },
    pids: { current: 3, limit: 0 },
    blkio: {
      ...nothing,
      ioServiceBytesRecursive: [
        { major: 8, minor: 0, op: 'Read', value: read },
        { major: 8, minor: 16, op: 'Read', value: read },
        { major: 8, minor: 0, op: 'Write', value: 0 },
        { major: 8, minor: 0, op: 'Sync', value: 999 },
      ],
      ...psi,
    },
    hugetlb: {},
    rdma: { limit: [], current: [] },
  } as unknown as Stats;
}

function sample(at: number, read: Stats | undefined, pid = 7): UsageSample {
  return { id: 'web', status: 'running', pid, at, stats: read };
}

describe('usageBetween', () => {
  it('gives what is used now, and rates by the time between', () => {
    expect(usageBetween([sample(1000, stats(5_000_000, 0))], [sample(3000, stats(3_005_000_000, 1024))])).to.deep.equal([
      {
        id: 'web',
        status: 'running',
        pid: 7,
        usage: {
          cpuPercent: 150,
          memoryBytes: 60_000,
          memoryLimitBytes: 2 ** 20,
          pids: 3,
          pidsLimit: undefined,
          readBytesPerSecond: 1024,
          writeBytesPerSecond: 0,
          pressure: { cpu: undefined, memory: undefined, io: undefined },
        },
      },
    ]);
  });

  it('has no rates of a container that it sees first, or that took over an id', () => {
    for (const before of [[], [sample(1000, undefined)], [sample(1000, stats(1, 1), 6)]]) {
      const [{ usage } = { usage: undefined }] = usageBetween(before, [sample(2000, stats(10, 10))]);
      expect(usage).to.include({ cpuPercent: undefined, readBytesPerSecond: undefined, memoryBytes: 60_000 });
    }
  });

  it('knows both words for no limit, and pressure where it is told', () => {
    for (const limit of [2n ** 64n - 1n, 9_223_372_036_854_771_712n]) {
      const [{ usage } = { usage: undefined }] = usageBetween([], [sample(1, stats(0, 0, { limit, psi: true }))]);
      expect(usage?.memoryLimitBytes).to.equal(undefined);
      expect(usage?.pressure).to.deep.equal({ cpu: 1.25, memory: 1.25, io: 1.25 });
    }
  });

  it('has nothing of one that has ended', () => {
    expect(usageBetween([sample(1000, stats(1, 1))], [{ ...sample(2000, undefined, 0), status: 'stopped' }])).to.deep.equal([
      { id: 'web', status: 'stopped', pid: 0, usage: undefined },
    ]);
  });
});
