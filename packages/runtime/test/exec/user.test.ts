import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseId, parseUser } from '../../src/exec/user.js';

describe('parseUser', () => {
  it('takes UID and UID:GID in decimal digits', () => {
    expect(parseUser('0')).to.deep.equal({ uid: 0, gid: undefined });
    expect(parseUser('1000:50')).to.deep.equal({ uid: 1000, gid: 50 });
    expect(parseUser('010:4294967294')).to.deep.equal({ uid: 10, gid: 4_294_967_294 });
  });

  // What others have taken for root: a name, a number cut to 32 bits, an empty part.
  for (const text of [
    '',
    'root',
    ':0',
    '0:',
    '-1',
    '+1',
    ' 1',
    '1 ',
    '0x0',
    '1e3',
    '1.0',
    '1_0',
    '1:2:3',
    '4294967295',
    '4294967296',
    '1:root',
    '٣',
  ])
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseUser(text))
        .to.throw(/^bad (uid|gid): "/)
        .with.property('code', 'USER_INVALID');
    });

  it('says which part it is', () => {
    expect(() => parseUser('1:x')).to.throw('bad gid: "x"');
    expect(() => parseId('additional gid', '-5')).to.throw('bad additional gid: "-5"');
  });
});
