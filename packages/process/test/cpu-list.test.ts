import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseCpuList } from '../src/index.js';

describe('parseCpuList', () => {
  const masks: [list: string, mask: number[]][] = [
    ['0', [1, 0, 0, 0, 0, 0, 0, 0]],
    ['0-3,7', [0x8f, 0, 0, 0, 0, 0, 0, 0]],
    ['7,0-3, 2-3', [0x8f, 0, 0, 0, 0, 0, 0, 0]],
    [' 1 ,, 8-9 ,', [2, 3, 0, 0, 0, 0, 0, 0]],
    ['63', [0, 0, 0, 0, 0, 0, 0, 0x80]],
    ['64', [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]],
  ];
  for (const [list, mask] of masks) {
    it(`reads "${list}"`, () => {
      expect([...(parseCpuList(list) ?? [])]).to.deep.equal(mask);
    });
  }

  it('refuses the rest', () => {
    for (const list of ['', ' ', ',', '-1', '1-', '3-1', '0x1', '1 2', '1-2-3', 'all', '0-3:1/2', '16384', '99999999999']) {
      expect(parseCpuList(list), list).to.equal(undefined);
    }
    expect(parseCpuList('0-16383')?.length).to.equal(2048);
  });
});
