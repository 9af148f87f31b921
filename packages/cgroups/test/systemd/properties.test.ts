import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type CgroupLayout, detectCgroups, type LinuxResources, planResources } from '../../src/index.js';
import { deviceProperties, INFINITY, limitProperties, roundQuotas } from '../../src/systemd/index.js';

const layouts: Readonly<Record<1 | 2, CgroupLayout>> = {
  1: {
    hierarchies: ['memory', 'cpu', 'cpuset', 'pids', 'blkio', 'devices', 'hugetlb'].map((name) => ({
      version: 1,
      mountPoint: `/sys/fs/cgroup/${name}`,
      controllers: [name],
      own: '/',
    })),
  },
  2: detectCgroups({
    mountinfo: '30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw',
    selfCgroup: '0::/\n',
    read: () => 'cpuset cpu io memory hugetlb pids rdma misc',
  }),
};

function propertiesOf(version: 1 | 2, resources: LinuxResources, systemd = 252): Record<string, unknown> {
  const { writes } = planResources(resources, layouts[version]);
  return Object.fromEntries(limitProperties(roundQuotas(writes), systemd).map(({ name, value }) => [name, value]));
}

/** What is written in the end to a file. */
function written(version: 1 | 2, resources: LinuxResources, file: string): string | undefined {
  return roundQuotas(planResources(resources, layouts[version]).writes).findLast((write) => write.file === file)?.value;
}

describe('limits as properties of a unit', () => {
  it('on v2', () => {
    expect(
      propertiesOf(2, {
        memory: { limit: 100, swap: 250, reservation: 50 },
        cpu: { shares: 1024, quota: 50_000, period: 100_000, cpus: '0-1,9', mems: '0' },
        pids: { limit: 20 },
        blockIO: { weight: 500 },
      }),
    ).to.deep.equal({
      MemoryMax: 100n,
      MemorySwapMax: 150n,
      MemoryLow: 50n,
      CPUWeight: 100n,
      CPUQuotaPeriodUSec: 100_000n,
      CPUQuotaPerSecUSec: 500_000n,
      AllowedCPUs: [3, 2],
      AllowedMemoryNodes: [1],
      TasksMax: 20n,
      IOWeight: 4950n,
    });
  });

  it('on v1', () => {
    expect(
      propertiesOf(1, {
        memory: { limit: 4096, swap: 8192, reservation: 50 },
        cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: '0', mems: '0' },
        pids: { limit: 0 },
        blockIO: { weight: 500 },
      }),
    ).to.deep.equal({
      MemoryLimit: 4096n,
      CPUShares: 512n,
      CPUQuotaPeriodUSec: 100_000n,
      CPUQuotaPerSecUSec: 500_000n,
      AllowedCPUs: [1],
      AllowedMemoryNodes: [1],
      TasksMax: 1n,
      BlockIOWeight: 500n,
    });
  });

  it('that are none are infinite', () => {
    expect(propertiesOf(2, { memory: { limit: -1 }, cpu: { quota: -1 }, pids: { limit: -1 } })).to.deep.equal({
      MemoryMax: INFINITY,
      MemorySwapMax: INFINITY,
      CPUQuotaPerSecUSec: INFINITY,
      TasksMax: INFINITY,
    });
    expect(propertiesOf(1, { memory: { limit: -1 }, cpu: { quota: -1 } })).to.deep.equal({
      MemoryLimit: INFINITY,
      CPUQuotaPerSecUSec: INFINITY,
    });
    expect(propertiesOf(2, {})).to.deep.equal({});
  });

  it('of unified have the last word, and what systemd knows nothing of is left out', () => {
    const unified = {
      'memory.max': '90',
      'memory.high': '80',
      'memory.min': '10',
      'io.max': '8:0 rbps=1',
      'cpu.max': 'max',
      'io.weight': '8:0 300',
    };
    expect(propertiesOf(2, { memory: { limit: 100 }, unified })).to.deep.equal({
      MemoryMax: 90n,
      MemoryHigh: 80n,
      MemoryMin: 10n,
      CPUQuotaPerSecUSec: INFINITY,
    });
  });

  it('depend on what systemd can', () => {
    const resources = { cpu: { quota: 50_000, period: 50_000, cpus: '0', idle: 1 } };
    expect(propertiesOf(2, resources, 252)).to.have.all.keys('AllowedCPUs', 'CPUWeight', 'CPUQuotaPeriodUSec', 'CPUQuotaPerSecUSec');
    expect(propertiesOf(2, resources, 252)['CPUWeight']).to.equal(0n);
    expect(propertiesOf(2, resources, 243)).to.have.all.keys('CPUQuotaPeriodUSec', 'CPUQuotaPerSecUSec');
    expect(propertiesOf(2, resources, 241)).to.have.all.keys('CPUQuotaPerSecUSec');
  });

  it('round a quota up to a percent of a CPU, in the file as well', () => {
    for (const [quota, period, perSecond, rounded] of [
      [33_333, 100_000, 340_000n, '34000'],
      [50_000, 100_000, 500_000n, '50000'],
      [1_001, 1_000_000, 10_000n, '10000'],
      [250_001, 100_000, 2_510_000n, '251000'],
    ] as const) {
      expect(propertiesOf(2, { cpu: { quota, period } })['CPUQuotaPerSecUSec']).to.equal(perSecond);
      expect(written(2, { cpu: { quota, period } }, 'cpu.max')).to.equal(`${rounded} ${String(period)}`);
      expect(propertiesOf(1, { cpu: { quota, period } })['CPUQuotaPerSecUSec']).to.equal(perSecond);
      expect(written(1, { cpu: { quota, period } }, 'cpu.cfs_quota_us')).to.equal(rounded);
    }
    expect(written(2, { cpu: { quota: -1, period: 50_000 } }, 'cpu.max')).to.equal('max 50000');
    expect(written(1, { cpu: { quota: -1 } }, 'cpu.cfs_quota_us')).to.equal('-1');
    expect(written(2, { unified: { 'cpu.max': 'nonsense 1' } }, 'cpu.max')).to.equal('nonsense 1');
  });

  it('of a quota without a period go by the one that is there', () => {
    const { writes } = planResources({ cpu: { quota: 10_000 } }, layouts[2]);
    expect(limitProperties(roundQuotas(writes, 20_000n), 252, 20_000n)).to.deep.equal([
      { name: 'CPUQuotaPerSecUSec', signature: 't', value: 500_000n },
    ]);
  });

  it('refuse a list of CPUs that is none', () => {
    for (const cpus of ['3-1', 'a', '0-', '1-99999999', ',']) {
      const { writes } = planResources({ cpu: { cpus } }, layouts[2]);
      expect(() => limitProperties(writes, 252), cpus)
        .to.throw()
        .with.property('code', 'CPU_LIST_INVALID');
    }
  });
});

describe('device rules as properties of a unit', () => {
  const none = { allow: false, access: 'rwm' };
  const allowed = (version: 1 | 2, ...rules: Parameters<typeof deviceProperties>[0]): [string, unknown] => {
    const properties = deviceProperties(rules, version);
    const list = properties.findLast(({ name }) => name === 'DeviceAllow')?.value;
    return [String(properties.find(({ name }) => name === 'DevicePolicy')?.value), list];
  };

  it('are a list of what is allowed', () => {
    const rules = [
      none,
      { allow: true, type: 'c', major: 1, minor: 3, access: 'rw' },
      { allow: true, type: 'b', major: 8, access: 'r' },
      { allow: true, type: 'c', access: 'm' },
    ];
    for (const version of [1, 2] as const) {
      expect(allowed(version, ...rules)).to.deep.equal([
        'strict',
        [
          ['/dev/char/1:3', 'rw'],
          ['block-8', 'r'],
          ['char-*', 'm'],
        ],
      ]);
    }
  });

  it('begin with an empty one, which takes away what was there', () => {
    expect(deviceProperties([none], 2)[0]).to.deep.equal({ name: 'DeviceAllow', signature: 'a(ss)', value: [] });
  });

  it('have what every container has', () => {
    const [, , list] = deviceProperties([none], 2, { container: {} });
    expect(list?.value).to.deep.include(['/dev/char/1:3', 'rwm']);
  });

  it('that allow everything restrict nothing', () => {
    for (const version of [1, 2] as const) expect(allowed(version, { allow: true, access: 'rwm' })).to.deep.equal(['auto', []]);
  });

  it('that no list holds are left to our own on v2, and on v1 deny more until those are written', () => {
    const anyMajor = { allow: true, type: 'c', minor: 3, access: 'r' };
    const one = { allow: true, type: 'c', major: 1, minor: 3, access: 'r' };
    expect(allowed(2, none, anyMajor, one)).to.deep.equal(['auto', []]);
    expect(allowed(1, none, anyMajor, one)).to.deep.equal(['strict', [['/dev/char/1:3', 'r']]]);
    const denied = [
      { allow: true, access: 'rwm' },
      { ...one, allow: false },
    ];
    expect(allowed(2, ...denied)).to.deep.equal(['auto', []]);
    expect(allowed(1, ...denied)).to.deep.equal(['strict', []]);
  });
});
