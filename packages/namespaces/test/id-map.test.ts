import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkIdMap, formatIdMap, hostIdOf, type IdMapping, isMapped, MAX_ID_MAPPINGS, parseIdMap } from '../src/index.js';

const map = (containerID: number, hostID: number, size: number): IdMapping => ({ containerID, hostID, size });
const two = [map(0, 1000, 1), map(1, 100_000, 65_535)];

describe('checkIdMap', () => {
  it('finds nothing wrong with maps that the kernel takes', () => {
    for (const mappings of [
      [map(0, 0, 0xffff_ffff)],
      two,
      [map(1, 100_000, 65_535), map(0, 1000, 1)],
      [map(0xffff_fffe, 0xffff_fffe, 1)],
    ]) {
      expect(checkIdMap(mappings, '/m')).to.deep.equal([]);
    }
  });

  const wrong: [name: string, mappings: IdMapping[], pointers: string[]][] = [
    ['no lines', [], ['/m']],
    ['a negative id', [map(-1, 0, 1)], ['/m/0/containerID']],
    ['(uid_t)-1', [map(0, 0xffff_ffff, 1)], ['/m/0/hostID', '/m/0']],
    ['a fraction', [map(0, 0, 1.5)], ['/m/0/size']],
    ['an empty range', [map(0, 0, 0)], ['/m/0/size']],
    ['a range that ends behind the last id', [map(0, 0xffff_fffe, 2)], ['/m/0']],
    ['ranges that overlap inside', [map(0, 0, 10), map(9, 100, 1)], ['/m/1']],
    ['ranges that overlap outside, whichever comes first', [map(0, 109, 1), map(1, 100, 10)], ['/m/0']],
    ['more lines than the kernel takes', Array.from({ length: MAX_ID_MAPPINGS + 1 }, (_, i) => map(i, i, 1)), ['/m']],
  ];
  for (const [name, mappings, pointers] of wrong) {
    it(`finds ${name}`, () => {
      expect(checkIdMap(mappings, '/m').map(({ pointer }) => pointer)).to.deep.equal(pointers);
    });
  }

  it('takes as many lines as the kernel', () => {
    expect(
      checkIdMap(
        Array.from({ length: MAX_ID_MAPPINGS }, (_, i) => map(i, i, 1)),
        '/m',
      ),
    ).to.deep.equal([]);
  });
});

describe('formatIdMap and parseIdMap', () => {
  it('write and read what is in /proc/PID/uid_map', () => {
    expect(formatIdMap(two)).to.equal('0 1000 1\n1 100000 65535\n');
    expect(parseIdMap('         0       1000          1\n         1     100000      65535\n')).to.deep.equal(two);
    expect(parseIdMap('')).to.deep.equal([]);
  });
});

describe('isMapped and hostIdOf', () => {
  it('know where each range begins and ends', () => {
    expect([0, 1, 65_535, 65_536].map((id) => isMapped(two, id))).to.deep.equal([true, true, true, false]);
    expect([0, 1, 65_535, 65_536].map((id) => hostIdOf(two, id))).to.deep.equal([1000, 100_000, 165_534, undefined]);
  });
});
