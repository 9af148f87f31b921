import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  Attributes,
  bytesAttribute,
  encodeAttributes,
  nestedAttribute,
  splitAttributes,
  textAttribute,
  u32Attribute,
  u8Attribute,
} from '../src/attributes.js';

const list = encodeAttributes([
  textAttribute(3, 'eth0'),
  u32Attribute(4, 1500),
  u32Attribute(46, -1),
  u8Attribute(16, 6),
  nestedAttribute(18, [textAttribute(1, 'veth')]),
  bytesAttribute(20, Buffer.from('no NUL')),
  bytesAttribute(21, new Uint8Array()),
]);

describe('attributes', () => {
  it('lie at multiples of four, each with its length before its number', () => {
    const words = ['0900', '0300', '6574683000', '000000', '0800', '0400', 'dc050000'];
    expect(Buffer.from(list.subarray(0, 20)).toString('hex')).to.equal(words.join(''));
    expect(list.length % 4).to.equal(0);
    expect(splitAttributes(list).map(({ type, offset }) => [type, offset])).to.deep.equal([
      [3, 0],
      [4, 12],
      [46, 20],
      [16, 28],
      [18, 36],
      [20, 52],
      [21, 64],
    ]);
  });

  it('are read back, by number', () => {
    const attributes = new Attributes(list);
    expect(attributes.text(3)).to.equal('eth0');
    expect(attributes.u32(4)).to.equal(1500);
    expect(attributes.s32(46)).to.equal(-1);
    expect(attributes.u8(16)).to.equal(6);
    expect(attributes.nested(18)?.text(1)).to.equal('veth');
    expect(attributes.text(20)).to.equal('no NUL');
    expect(attributes.bytes(21)).to.deep.equal(new Uint8Array());
    expect([attributes.u32(99), attributes.text(99), attributes.nested(99), attributes.bytes(99)]).to.deep.equal(
      Array.from({ length: 4 }, () => undefined),
    );
  });

  it('count once: the last of a number', () => {
    expect(new Attributes(encodeAttributes([u8Attribute(1, 1), u8Attribute(1, 2)])).u8(1)).to.equal(2);
  });

  it('give all of a number that lies in a list', () => {
    const names = nestedAttribute(52, [textAttribute(53, 'one'), textAttribute(54, 'other'), textAttribute(53, 'two')]);
    expect(new Attributes(encodeAttributes([names])).texts(52, 53)).to.deep.equal(['one', 'two']);
    expect(new Attributes(list).texts(52, 53)).to.deep.equal([]);
  });

  it('may have a last one that is not filled up', () => {
    expect(splitAttributes(list.subarray(0, 9)).length).to.equal(1);
  });

  for (const [what, bytes] of [
    ['shorter than their own header', Uint8Array.of(3, 0, 1, 0)],
    ['of no length', Uint8Array.of(0, 0, 1, 0)],
    ['longer than what is there', Uint8Array.of(9, 0, 1, 0, 0, 0, 0, 0)],
    ['cut off in their header', Uint8Array.of(4, 0, 1)],
  ] as const) {
    it(`that are ${what} are malformed`, () => {
      expect(() => splitAttributes(bytes))
        .to.throw('malformed netlink attribute')
        .with.property('code', 'NETLINK_MALFORMED');
    });
  }

  it('that are too short for what they should be are malformed', () => {
    const attributes = new Attributes(encodeAttributes([bytesAttribute(4, Uint8Array.of(1, 2)), bytesAttribute(5, new Uint8Array())]));
    expect(() => attributes.u32(4)).to.throw('2 bytes of 4');
    expect(() => attributes.s32(4)).to.throw('2 bytes of 4');
    expect(() => attributes.u8(5)).to.throw('0 bytes of 1');
  });
});
