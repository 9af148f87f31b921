import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseCount, parseFields, parseFlatKeyed, plus, times } from '../../src/stats/count.js';

describe('parseCount', () => {
  it('gives a number where that is exact, and a bigint beyond', () => {
    expect(parseCount('9007199254740991\n')).to.equal(9007199254740991);
    expect(parseCount('9007199254740992\n')).to.equal(9007199254740992n);
    expect(parseCount('9223372036854771712')).to.equal(9223372036854771712n);
    expect(parseCount('-1\n')).to.equal(-1);
  });

  it('takes max for the greatest there is, and nothing for 0', () => {
    expect(parseCount('max\n')).to.equal(18446744073709551615n);
    expect(parseCount(undefined)).to.equal(0);
    expect(parseCount('')).to.equal(0);
  });

  it('stays exact in sums and products', () => {
    expect(times(9007199254740991, 1000n)).to.equal(9007199254740991000n);
    expect(plus(9223372036854771712n, 4096)).to.equal(9223372036854775808n);
    expect(plus(1, 2)).to.equal(3);
  });
});

describe('parseFlatKeyed', () => {
  it('reads a name and a number a line, and leaves out what is no such line', () => {
    expect(parseFlatKeyed('user 18\nsystem 1\n\nN0=5 total=3\na b c\n')).to.deep.equal({ user: 18, system: 1 });
    expect(parseFlatKeyed(undefined)).to.deep.equal({});
  });
});

describe('parseFields', () => {
  it('reads name=value', () => {
    expect([...parseFields('8:0 rbytes=1 wbytes=2')]).to.deep.equal([
      ['rbytes', '1'],
      ['wbytes', '2'],
    ]);
  });
});
