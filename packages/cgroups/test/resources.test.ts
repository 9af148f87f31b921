import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type CgroupLayout, planResources } from '../src/index.js';
import { hybrid, issuesOf, v1, v2 } from './controllers/plan.js';

const nothing: CgroupLayout = { hierarchies: [] };
const everything = {
  memory: { limit: 1_000_000 },
  cpu: { shares: 1024, cpus: '0' },
  pids: { limit: 1 },
  blockIO: { weight: 100 },
  hugepageLimits: [{ pageSize: '2MB', limit: 0 }],
  rdma: { rxe0: { hcaHandles: 1 } },
};

describe('planResources', () => {
  it('plans nothing for nothing', () => {
    const none = { memory: {}, cpu: {}, pids: {}, blockIO: {}, hugepageLimits: [], network: {}, rdma: {}, unified: {} };
    for (const layout of [v1, v2, hybrid, nothing]) expect(planResources(none, layout)).to.deep.equal({ writes: [], warnings: [] });
  });

  it('says of each write which controller it is for, on which version, and who asked for it', () => {
    expect(planResources({ pids: { limit: 5 } }, v1).writes).to.deep.equal([
      { controller: 'pids', version: 1, file: 'pids.max', value: '5', pointer: '/linux/resources/pids/limit' },
    ]);
    expect(planResources({ blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }] } }, v2, '/resources').writes).to.deep.equal(
      [{ controller: 'io', version: 2, file: 'io.max', value: '8:0 rbps=1', pointer: '/resources/blockIO/throttleReadBpsDevice/0' }],
    );
  });

  it('has each controller on the version that it is on', () => {
    const mixed: CgroupLayout = {
      hierarchies: [
        { version: 1, mountPoint: '/sys/fs/cgroup/net_cls', controllers: ['net_cls'], own: '/' },
        { version: 1, mountPoint: '/sys/fs/cgroup/blkio', controllers: ['blkio'], own: '/' },
        { version: 2, mountPoint: '/sys/fs/cgroup/unified', controllers: ['memory', 'cpu', 'pids'], own: '/' },
      ],
    };
    const { writes } = planResources(
      {
        memory: { limit: 4096 },
        cpu: { shares: 1024 },
        network: { classID: 1 },
        blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }] },
        unified: { 'pids.max': '3' },
      },
      mixed,
    );
    expect(writes.map(({ controller, version, file }) => `${controller} ${String(version)} ${file}`)).to.deep.equal([
      'cpu 2 cpu.weight',
      'memory 2 memory.max',
      'blkio 1 blkio.throttle.read_bps_device',
      'net_cls 1 net_cls.classid',
      'pids 2 pids.max',
    ]);
  });

  it('names a controller that is not on this machine, if something is asked of it', () => {
    expect(issuesOf(everything, nothing)).to.deep.equal([
      '/linux/resources/cpu/cpus: the cpuset controller is not on this machine',
      '/linux/resources/cpu/shares: the cpu controller is not on this machine',
      '/linux/resources/memory/limit: the memory controller is not on this machine',
      '/linux/resources/pids/limit: the pids controller is not on this machine',
      '/linux/resources/blockIO/weight: the blkio controller is not on this machine',
      '/linux/resources/hugepageLimits/0: the hugetlb controller is not on this machine',
      '/linux/resources/rdma/rxe0: the rdma controller is not on this machine',
    ]);
    const memoryAlone: CgroupLayout = { hierarchies: [{ version: 2, mountPoint: '/sys/fs/cgroup', controllers: ['memory'], own: '/' }] };
    expect(issuesOf({ memory: { limit: 1 }, blockIO: { weight: 100 } }, memoryAlone)).to.deep.equal([
      '/linux/resources/blockIO/weight: the io controller is not on this machine',
    ]);
  });

  it('gathers every issue', () => {
    expect(
      issuesOf({ memory: { limit: -2 }, pids: { limit: -2 }, unified: { x: '' } }, v2).map((line) => line.split(':')[0]),
    ).to.deep.equal(['/linux/resources/memory/limit', '/linux/resources/pids/limit', '/linux/resources/unified/x']);
  });

  it('writes only whole files of its own', () => {
    for (const layout of [v1, v2]) {
      for (const { file, value } of planResources(everything, layout).writes) {
        expect(file).to.match(/^[a-z_]+(\.[A-Za-z0-9_]+)+$/);
        expect(value).to.match(/^[\w:= .-]+$/);
      }
    }
  });
});
