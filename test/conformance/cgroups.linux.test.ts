import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createCgroup, type LinuxResources, planResources, readCgroupLayout } from '@standpipe/cgroups';
import { leaveNothing, needs, needsRoot, run, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { compareWithRunc, freshCgroup, type ResourcesCase, settingsOf, settingsOfOurs, settingsOfRunc } from './cgroup-tree.js';
import { whileHugetlb, withHugetlb } from './peer.js';

const MiB = 2 ** 20;
const unlimited = '9223372036854771712';

const cases: Readonly<Record<string, ResourcesCase>> = {
  'memory, swap and a soft limit': {
    resources: { memory: { limit: 100 * MiB, swap: 200 * MiB, reservation: 50 * MiB } },
    sets: ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes', 'memory.soft_limit_in_bytes'],
  },
  'memory without swap': {
    resources: { memory: { limit: 100 * MiB, swap: 100 * MiB, swappiness: 10 } },
    sets: ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes', 'memory.swappiness'],
  },
  'memory with any swap': { resources: { memory: { limit: 100 * MiB, swap: -1 } }, sets: ['memory.limit_in_bytes'] },
  'memory without limits': { resources: { memory: { limit: -1, reservation: -1, useHierarchy: true } }, sets: [] },
  'memory that is waited for': { resources: { memory: { limit: 100 * MiB, disableOOMKiller: true } }, sets: ['memory.oom_control'] },
  'memory of TCP buffers': {
    resources: { memory: { kernelTCP: 8 * MiB } },
    sets: ['memory.kmem.tcp.limit_in_bytes'],
    differs: {
      'memory.kmem.tcp.limit_in_bytes': {
        theirs: unlimited,
        ours: String(8 * MiB),
        why: 'runc ignores it; the specification and crun do not',
      },
    },
  },
  'zeros, as programs in Go write what they leave open': {
    resources: {
      memory: { limit: 0, swap: 0, reservation: 0 },
      cpu: { shares: 0, quota: 0, period: 0, cpus: '', mems: '' },
      blockIO: { weight: 0 },
    },
    sets: [],
  },
  'cpu shares, quota and period': {
    resources: { cpu: { shares: 512, quota: 20_000, period: 50_000 } },
    sets: ['cpu.shares', 'cpu.cfs_quota_us', 'cpu.cfs_period_us'],
  },
  'a cpu quota alone': { resources: { cpu: { quota: 30_000 } }, sets: ['cpu.cfs_quota_us'] },
  'a cpu period alone': { resources: { cpu: { period: 50_000 } }, sets: ['cpu.cfs_period_us'] },
  'no cpu quota': { resources: { cpu: { shares: 2, quota: -1 } }, sets: ['cpu.shares'] },
  'a cpu burst': {
    resources: { cpu: { quota: 20_000, burst: 10_000 } },
    sets: ['cpu.cfs_quota_us', 'cpu.cfs_burst_us'],
    differs: { 'cpu.cfs_burst_us': { theirs: '0', ours: '10000', why: 'runc has it since 1.2' } },
  },
  'an idle cgroup': {
    resources: { cpu: { idle: 1 } },
    sets: ['cpu.idle'],
    differs: {
      'cpu.idle': { theirs: '0', ours: '1', why: 'runc has it since 1.2' },
      'cpu.shares': { theirs: '1024', ours: '3', why: 'the kernel gives idle cgroups this weight' },
    },
  },
  'a cpu and a memory node': { resources: { cpu: { cpus: '0', mems: '0' } }, sets: ['cpuset.cpus'] },
  'a number of tasks': { resources: { pids: { limit: 20 } }, sets: ['pids.max'] },
  'any number of tasks': { resources: { pids: { limit: -1 } }, sets: [] },
  'no tasks at all': {
    resources: { pids: { limit: 0 } },
    sets: ['pids.max'],
    differs: { 'pids.max': { theirs: 'max', ours: '1', why: 'runc takes it for no limit before 1.4' } },
  },
};

describe('a cgroup on v1', () => {
  before(function () {
    needsRoot(this);
    const missing = ['cpu', 'cpuset', 'memory', 'pids', 'blkio'].filter(
      (name) => !readCgroupLayout().hierarchies.some(({ version, controllers }) => version === 1 && controllers.includes(name)),
    );
    if (missing.length > 0) skip(this, `${missing.join(', ')} of cgroup v1 would be needed`);
  });
  leaveNothing();

  describe('is set as runc sets it:', () => {
    before(function () {
      needs(this, 'busybox');
      needs(this, 'runc');
    });

    for (const [what, one] of Object.entries(cases)) {
      it(what, async function () {
        await compareWithRunc(needs(this, 'runc'), one);
      });
    }

    it('weights of block I/O', async function () {
      await using cgroup = createCgroup(freshCgroup());
      if (settingsOf(cgroup)['blkio.bfq.weight'] === undefined) skip(this, 'this kernel has no weights of block I/O');
      await compareWithRunc(needs(this, 'runc'), { resources: { blockIO: { weight: 500 } }, sets: ['blkio.bfq.weight'] });
    });

    it('throttles of a disk', async function () {
      const [device] = readdirSync('/sys/dev/block').flatMap((name) => (/^(?!7:)(\d+):(\d+)$/.exec(name) === null ? [] : [name]));
      if (device === undefined) skip(this, 'there is no disk');
      const [major = 0, minor = 0] = device.split(':').map(Number);
      const throttle = (rate: number): { major: number; minor: number; rate: number }[] => [{ major, minor, rate }];
      await compareWithRunc(needs(this, 'runc'), {
        resources: {
          blockIO: {
            throttleReadBpsDevice: throttle(1 * MiB),
            throttleWriteBpsDevice: throttle(2 * MiB),
            throttleReadIOPSDevice: throttle(30),
            throttleWriteIOPSDevice: throttle(40),
          },
        },
        sets: [
          'blkio.throttle.read_bps_device',
          'blkio.throttle.write_bps_device',
          'blkio.throttle.read_iops_device',
          'blkio.throttle.write_iops_device',
        ],
      });
    });
  });

  it('is set as runc sets it: huge pages', async function () {
    needs(this, 'busybox');
    needs(this, 'runc');
    if (!readFileSync('/proc/cgroups', 'utf8').includes('hugetlb')) skip(this, 'this kernel has no hugetlb controller');
    const [command = '', ...words] = withHugetlb([process.execPath, fileURLToPath(new URL('huge-pages-v1.js', import.meta.url))]);
    const { code, stderr } = await whileHugetlb(async () => run(command, words));
    expect(code, stderr).to.equal(0);
  });

  describe('is refused as by runc:', () => {
    const refused: Readonly<Record<string, LinuxResources>> = {
      'shares below the least': { cpu: { shares: 1 } },
      'less memory with swap than without': { memory: { limit: 2 * MiB, swap: MiB } },
      'swap beside unlimited memory': { memory: { limit: -1, swap: 100 * MiB } },
      'a quota below the least': { cpu: { quota: 999 } },
      'a CPU that is not there': { cpu: { cpus: '4095' } },
      'settings of v2': { unified: { 'memory.high': '1000000' } },
      'a class of packets without its controller': { network: { classID: 1 } },
    };

    for (const [what, resources] of Object.entries(refused)) {
      it(what, async function () {
        if (resources.network !== undefined && readCgroupLayout().hierarchies.some(({ controllers }) => controllers.includes('net_cls'))) {
          skip(this, 'net_cls is on this machine');
        }
        needs(this, 'busybox');
        expect(await settingsOfRunc(needs(this, 'runc'), resources)).to.be.a('string');
        const failure = await settingsOfOurs(resources).then(String, (error: Error) => error);
        expect(failure).to.be.an('error');
      });
    }
  });

  it('is raised and lowered whatever was set before', async () => {
    const layout = readCgroupLayout();
    await using cgroup = createCgroup(freshCgroup(), { layout });
    const steps: readonly LinuxResources[] = [
      { memory: { limit: 50 * MiB, swap: 60 * MiB }, cpu: { quota: 20_000, period: 100_000, burst: 5_000 } },
      { memory: { limit: 500 * MiB, swap: 600 * MiB }, cpu: { quota: 90_000, period: 1_000_000, burst: 80_000 } },
      { memory: { limit: 10 * MiB, swap: 10 * MiB }, cpu: { quota: 1_000, period: 10_000, burst: 1_000 } },
      { memory: { limit: 20 * MiB, swap: -1 }, cpu: { quota: 60_000, period: 100_000, burst: 50_000 } },
      { memory: { limit: 5 * MiB, swap: 30 * MiB }, cpu: { quota: 2_000, period: 5_000, burst: 0 } },
    ];
    for (const resources of steps) {
      cgroup.apply(planResources(resources, layout).writes);
      const { memory = {}, cpu = {} } = resources;
      const settings = settingsOf(cgroup);
      expect({
        limit: settings['memory.limit_in_bytes'],
        swap: settings['memory.memsw.limit_in_bytes'],
        quota: settings['cpu.cfs_quota_us'],
        period: settings['cpu.cfs_period_us'],
        burst: settings['cpu.cfs_burst_us'],
      }).to.deep.equal({
        limit: String(memory.limit),
        swap: memory.swap === -1 ? unlimited : String(memory.swap),
        quota: String(cpu.quota),
        period: String(cpu.period),
        burst: String(cpu.burst),
      });
    }
    cgroup.apply(planResources({ memory: { limit: -1 }, cpu: { quota: -1 } }, layout).writes);
    const { 'memory.memsw.limit_in_bytes': swap, 'memory.limit_in_bytes': limit, 'cpu.cfs_quota_us': quota } = settingsOf(cgroup);
    expect({ swap, limit, quota }).to.deep.equal({ swap: unlimited, limit: unlimited, quota: '-1' });
  });
});
