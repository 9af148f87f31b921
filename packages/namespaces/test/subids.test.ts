import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkIdMap, mapOwnAndSubids, MAX_ID_MAPPINGS, parseSubids } from '../src/index.js';

const text = '# comment\n\nada:100000:65536\n1000:300000:10\nbob:200000:65536\nada:400000:0\n';

describe('parseSubids', () => {
  it("takes a user's lines, by name and by uid, in the file's order", () => {
    expect(parseSubids(text, { name: 'ada', uid: 1000 })).to.deep.equal([
      { first: 100_000, count: 65_536 },
      { first: 300_000, count: 10 },
    ]);
    expect(parseSubids(text, { uid: 1000 })).to.deep.equal([{ first: 300_000, count: 10 }]);
    expect(parseSubids(text, { name: 'eve', uid: 1 })).to.deep.equal([]);
  });

  for (const line of ['ada:100000', 'ada:1e5:10', 'ada:-1:10', 'ada:1:2:3', 'ada::', 'ada:99999999999:1']) {
    it(`refuses ${JSON.stringify(line)}, and only when it is the user's`, () => {
      expect(() => parseSubids(`bob:1:2\n${line}\n`, { name: 'ada', uid: 1 }, '/etc/subgid'))
        .to.throw(`/etc/subgid, line 2`)
        .with.property('code', 'SUBIDS_MALFORMED');
      expect(parseSubids(line, { name: 'bob', uid: 1 })).to.deep.equal([]);
    });
  }
});

describe('mapOwnAndSubids', () => {
  it('has the own id as root, and the ranges behind it', () => {
    expect(
      mapOwnAndSubids(1000, [
        { first: 100_000, count: 10 },
        { first: 200_000, count: 5 },
      ]),
    ).to.deep.equal([
      { containerID: 0, hostID: 1000, size: 1 },
      { containerID: 1, hostID: 100_000, size: 10 },
      { containerID: 11, hostID: 200_000, size: 5 },
    ]);
  });

  it('leaves out ranges that the kernel would refuse the map for', () => {
    const range = { first: 100_000, count: 10 };
    const overlapping = [range, range, { first: 100_009, count: 5 }, { first: 999, count: 2 }, { first: 100_010, count: 1 }];
    const mappings = mapOwnAndSubids(1000, overlapping);
    expect(mappings.map(({ hostID }) => hostID)).to.deep.equal([1000, 100_000, 100_010]);
    const many = mapOwnAndSubids(
      0,
      Array.from({ length: 400 }, (_, i) => ({ first: 2 * i + 1, count: 1 })),
    );
    expect(many).to.have.length(MAX_ID_MAPPINGS);
    expect([...checkIdMap(mappings, ''), ...checkIdMap(many, '')]).to.deep.equal([]);
  });
});
