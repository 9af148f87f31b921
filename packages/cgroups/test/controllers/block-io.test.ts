import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ioWeight } from '../../src/controllers/block-io.js';
import type { LinuxResources } from '../../src/index.js';
import { issuesOf, linesOf, v1, v2 } from './plan.js';

type BlockIO = NonNullable<LinuxResources['blockIO']>;

const of = (blockIO: BlockIO, layout = v1): string[] => linesOf({ blockIO }, layout);
const wrong = (blockIO: BlockIO, layout = v1): string[] => issuesOf({ blockIO }, layout);

const sda = { major: 8, minor: 0 };
const throttled: BlockIO = {
  throttleReadBpsDevice: [
    { ...sda, rate: 1000 },
    { major: 8, minor: 16, rate: 2n ** 64n - 1n },
  ],
  throttleWriteBpsDevice: [{ ...sda, rate: 2000 }],
  throttleReadIOPSDevice: [{ ...sda, rate: 30 }],
  throttleWriteIOPSDevice: [{ ...sda, rate: 0 }],
};

describe('ioWeight', () => {
  it('goes from 1 to 10000 and never falls', () => {
    expect([10n, 100n, 500n, 1000n].map(ioWeight)).to.deep.equal([1n, 910n, 4950n, 10_000n]);
    for (let weight = 11n; weight <= 1000n; weight += 1n) expect(ioWeight(weight) > ioWeight(weight - 1n), String(weight)).to.equal(true);
  });
});

describe('blockIO on v1', () => {
  it('sets weights, of CFQ or BFQ', () => {
    expect(of({ weight: 500, leafWeight: 300, weightDevice: [{ ...sda, weight: 100, leafWeight: 50 }] })).to.deep.equal([
      'blkio.weight = 500; else blkio.bfq.weight = 500',
      'blkio.leaf_weight = 300',
      'blkio.weight_device = 8:0 100; else blkio.bfq.weight_device = 8:0 100',
      'blkio.leaf_weight_device = 8:0 50',
    ]);
  });

  it('throttles devices', () => {
    expect(of(throttled)).to.deep.equal([
      'blkio.throttle.read_bps_device = 8:0 1000',
      'blkio.throttle.read_bps_device = 8:16 18446744073709551615',
      'blkio.throttle.write_bps_device = 8:0 2000',
      'blkio.throttle.read_iops_device = 8:0 30',
      'blkio.throttle.write_iops_device = 8:0 0',
    ]);
  });
});

describe('blockIO on v2', () => {
  it("sets BFQ's weights, or converted ones where there is no BFQ", () => {
    expect(of({ weight: 500, weightDevice: [{ ...sda, weight: 100 }] }, v2)).to.deep.equal([
      'io.bfq.weight = 500; else io.weight = 4950',
      'io.bfq.weight = 8:0 100; else io.weight = 8:0 910',
    ]);
  });

  it('throttles devices, and has a word for no limit', () => {
    expect(of(throttled, v2)).to.deep.equal([
      'io.max = 8:0 rbps=1000',
      'io.max = 8:16 rbps=18446744073709551615',
      'io.max = 8:0 wbps=2000',
      'io.max = 8:0 riops=30',
      'io.max = 8:0 wiops=max',
    ]);
  });

  it('has no weights against the own children', () => {
    expect(wrong({ leafWeight: 300, weightDevice: [{ ...sda, leafWeight: 50 }] }, v2)).to.deep.equal([
      '/linux/resources/blockIO/leafWeight: cgroup v2 has no weight against the own children',
      '/linux/resources/blockIO/weightDevice/0/leafWeight: cgroup v2 has no weight against the own children',
    ]);
  });
});

describe('blockIO', () => {
  for (const [version, layout] of Object.entries({ v1, v2 })) {
    it(`takes weights of 0 for none asked for, on ${version}`, () => {
      expect(of({ weight: 0, leafWeight: 0, weightDevice: [{ ...sda, weight: 0, leafWeight: 0 }] }, layout)).to.deep.equal([]);
    });

    it(`refuses what is no weight, no rate and no device, on ${version}`, () => {
      expect(
        wrong(
          {
            weight: 9,
            weightDevice: [{ major: -1, minor: 0, weight: 1001 }],
            throttleReadBpsDevice: [
              { ...sda, rate: -1 },
              { major: 8, minor: 0.5, rate: 1 },
            ],
          },
          layout,
        ),
      ).to.deep.equal([
        '/linux/resources/blockIO/weight: 9 is out of range',
        '/linux/resources/blockIO/weightDevice/0/major: -1 is out of range',
        '/linux/resources/blockIO/weightDevice/0/weight: 1001 is out of range',
        '/linux/resources/blockIO/throttleReadBpsDevice/0/rate: -1 is out of range',
        '/linux/resources/blockIO/throttleReadBpsDevice/1/minor: 0.5 is no whole number',
      ]);
    });
  }
});
