import { type LinuxResources, readCgroupLayout } from '@standpipe/cgroups';
import { findProgram, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';

import { compareWithRunc, type ResourcesCase, settingsOfOurs, settingsOfRunc } from '../../conformance/cgroup-tree.js';
import { disk, MiB } from './disk.js';

const runc = findProgram('runc') ?? 'runc';
const onDisk = (rate: number): { major: number; minor: number; rate: number }[] => [{ ...disk, rate }];

// runc takes a second here: so there are few cases, each with something of every controller.
const cases: Readonly<Record<string, ResourcesCase>> = {
  'a limit of everything': {
    resources: {
      memory: { limit: 100 * MiB, swap: 250 * MiB, reservation: 50 * MiB, useHierarchy: true },
      cpu: { shares: 2, quota: 20_000, period: 50_000, cpus: '0', mems: '0' },
      pids: { limit: 20 },
      blockIO: {
        throttleReadBpsDevice: onDisk(1 * MiB),
        throttleWriteBpsDevice: onDisk(2 * MiB),
        throttleReadIOPSDevice: onDisk(30),
        throttleWriteIOPSDevice: onDisk(40),
      },
      hugepageLimits: [
        { pageSize: '2MB', limit: 4 * MiB },
        { pageSize: '1GB', limit: 0 },
      ],
      rdma: { rxe0: { hcaHandles: 3, hcaObjects: 10_000 } },
    },
    sets: [
      'memory.max',
      'memory.swap.max',
      'memory.low',
      'cpu.weight',
      'cpu.max',
      'cpuset.cpus',
      'cpuset.mems',
      'pids.max',
      'io.max',
      'rdma.max',
      'hugetlb.2MB.max',
      'hugetlb.2MB.rsvd.max',
      'hugetlb.1GB.max',
      'hugetlb.1GB.rsvd.max',
    ],
    differs: {
      'hugetlb.2MB.rsvd.max': { theirs: 'max', ours: String(4 * MiB), why: 'runc limits reservations since 1.1.10' },
      'hugetlb.1GB.rsvd.max': { theirs: 'max', ours: '0', why: 'runc limits reservations since 1.1.10' },
    },
  },
  'no limit of anything': {
    resources: { memory: { limit: -1, reservation: -1 }, cpu: { shares: 262_144, quota: -1, period: 70_000 }, pids: { limit: -1 } },
    sets: ['memory.low', 'cpu.weight', 'cpu.max'],
  },
  'zeros, as programs in Go write what they leave open': {
    resources: {
      memory: { limit: 0, swap: 0, reservation: 0 },
      cpu: { shares: 0, quota: 0, period: 0, cpus: '', mems: '' },
      blockIO: { weight: 0 },
    },
    sets: [],
  },
  'memory without swap, a quota with a burst, shares between, no tasks at all': {
    resources: {
      memory: { limit: 100 * MiB, swap: 100 * MiB },
      cpu: { shares: 512, quota: 30_000, burst: 10_000 },
      pids: { limit: 0 },
    },
    sets: ['memory.max', 'memory.swap.max', 'cpu.weight', 'cpu.max', 'cpu.max.burst', 'pids.max'],
    differs: {
      'cpu.weight': { theirs: '20', ours: '59', why: 'runc converts linearly before 1.3.2' },
      'cpu.weight.nice': { theirs: '7', ours: '2', why: 'runc converts linearly before 1.3.2' },
      'cpu.max.burst': { theirs: '0', ours: '10000', why: 'runc has it since 1.2' },
      'pids.max': { theirs: 'max', ours: '1', why: 'runc takes it for no limit before 1.4' },
    },
  },
  'memory with any swap, a period alone, an idle cgroup': {
    resources: { memory: { limit: 100 * MiB, swap: -1 }, cpu: { period: 50_000, idle: 1 } },
    sets: ['memory.max', 'cpu.max', 'cpu.idle'],
    differs: {
      'cpu.idle': { theirs: '0', ours: '1', why: 'runc has it since 1.2' },
      'cpu.weight': { theirs: '100', ours: '0', why: 'an idle cgroup has none' },
      'cpu.weight.nice': { theirs: '0', ours: '19', why: 'an idle cgroup has none' },
    },
  },
  'files of v2, which have the last word': {
    resources: {
      memory: { limit: 100 * MiB },
      unified: {
        'memory.max': String(90 * MiB),
        'memory.high': String(80 * MiB),
        'memory.oom.group': '1',
        'io.max': '254:0 wbps=2097152',
        'pids.max': '7',
      },
    },
    sets: ['memory.max', 'memory.high', 'memory.oom.group', 'io.max', 'pids.max'],
  },
};

describe('a cgroup on v2', () => {
  before(async () => {
    expect(readCgroupLayout().hierarchies.map(({ version }) => version)).to.deep.equal([2]);
    const script = 'modprobe rdma_rxe && ip link add rdmatest type dummy && rdma link add rxe0 type rxe netdev rdmatest';
    const { code, stderr } = await run('/bin/sh', ['-c', script]);
    expect(code, stderr).to.equal(0);
  });

  describe('is set as runc sets it:', () => {
    for (const [what, one] of Object.entries(cases)) it(what, async () => compareWithRunc(runc, one));

    it('what newer versions of it set: swap beside unlimited memory, and files line by line', async () => {
      const ours = await settingsOfOurs({
        memory: { limit: -1, swap: 64 * MiB },
        unified: { 'io.max': '254:0 rbps=1048576\n254:0 wbps=2097152' },
      });
      expect(ours).to.deep.include({
        'memory.max': 'max',
        'memory.swap.max': String(64 * MiB),
        'io.max': '254:0 rbps=1048576 wbps=2097152 riops=max wiops=max',
      });
    });

    it('a weight of block I/O, converted', async () => {
      await compareWithRunc(runc, { resources: { blockIO: { weight: 500 } }, sets: ['io.weight'] });
    });

    it("weights of block I/O, of the disk's own scheduler", async () => {
      const { code, stderr } = await run('/bin/sh', ['-c', 'modprobe bfq && echo bfq >/sys/block/vda/queue/scheduler']);
      expect(code, stderr).to.equal(0);
      await compareWithRunc(runc, {
        resources: { blockIO: { weight: 500, weightDevice: [{ ...disk, weight: 300 }] } },
        sets: ['io.bfq.weight'],
      });
    });
  });

  describe('is refused as by runc:', () => {
    const refused: Readonly<Record<string, LinuxResources>> = {
      'less memory with swap than without': { memory: { limit: 2 * MiB, swap: MiB } },
      'swap without a limit of memory': { memory: { swap: MiB } },
      'a quota below the least': { cpu: { quota: 999 } },
      'a CPU that is not there': { cpu: { cpus: '4095' } },
      'a disk that is not there': { blockIO: { throttleReadBpsDevice: [{ major: 99, minor: 0, rate: MiB }] } },
      'a file elsewhere': { unified: { '../memory.high': '1' } },
      'a controller that is not there': { unified: { 'nosuch.max': '1' } },
    };
    for (const [what, resources] of Object.entries(refused)) {
      it(what, async () => {
        expect(await settingsOfRunc(runc, resources)).to.be.a('string');
        expect(await settingsOfOurs(resources).then(String, (error: Error) => error)).to.be.an('error');
      });
    }
  });
});
