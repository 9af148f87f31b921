import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decodeMessages, encodeMessage, messageLength } from '../src/message.js';

const one = encodeMessage({ type: 18, flags: 0x301, sequence: 7, payload: Uint8Array.of(1, 2, 3, 4, 5) });
const other = encodeMessage({ type: 3, flags: 2, sequence: 8, portId: 9, payload: new Uint8Array() });

describe('messages', () => {
  it('begin with length, type, flags, sequence and port id', () => {
    const words = ['15000000', '1200', '0103', '07000000', '00000000', '0102030405'];
    expect(Buffer.from(one).toString('hex')).to.equal(words.join(''));
  });

  it('lie in a datagram one behind the other, at multiples of four', () => {
    expect(decodeMessages(Buffer.concat([one, Buffer.alloc(3), other]))).to.deep.equal([
      { type: 18, flags: 0x301, sequence: 7, portId: 0, payload: Buffer.of(1, 2, 3, 4, 5) },
      { type: 3, flags: 2, sequence: 8, portId: 9, payload: Buffer.alloc(0) },
    ]);
    expect(decodeMessages(new Uint8Array())).to.deep.equal([]);
  });

  it('that are cut short are malformed', () => {
    for (let length = 1; length < one.length; length++) {
      expect(() => decodeMessages(one.subarray(0, length)), String(length))
        .to.throw('cut short')
        .with.property('code', 'NETLINK_MALFORMED');
    }
  });

  it('that are shorter than their own header are malformed', () => {
    for (const length of [0, 1, 15])
      expect(() => decodeMessages(Uint8Array.of(length, ...new Uint8Array(31)))).to.throw(`length is ${length}`);
  });

  it('tell their length when enough of them is there', () => {
    expect(messageLength(one.subarray(0, 15))).to.equal(undefined);
    expect(messageLength(one.subarray(0, 16))).to.equal(21);
  });
});
