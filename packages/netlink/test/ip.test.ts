import { expect } from 'chai';
import { describe, it } from 'mocha';
import { formatHardwareAddress, formatIp, parseHardwareAddress, parseIp, parsePrefix } from '../src/ip.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('IP addresses', () => {
  for (const [text, bytes, canonical = text] of [
    ['0.0.0.0', '00000000'],
    ['192.168.1.254', 'c0a801fe'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['fe80::', `fe80${'0'.repeat(28)}`],
    ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    ['2001:0DB8:0:0:1:0:0:1', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:0:3:4:5:6:7:8', '00010000000300040005000600070008'],
    ['1::3:4:5:6:7:8', '00010000000300040005000600070008', '1:0:3:4:5:6:7:8'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['64:ff9b::10.0.0.1', '0064ff9b00000000000000000a000001', '64:ff9b::a00:1'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000', '1:2:3:4:5:6:7:0'],
  ] as const) {
    it(`${text} is ${bytes}`, () => {
      const ip = parseIp(text);
      expect(hex(ip.bytes)).to.equal(bytes);
      expect(ip.family).to.equal(bytes.length === 8 ? 'inet' : 'inet6');
      expect(formatIp(ip.bytes)).to.equal(canonical);
      expect(hex(parseIp(canonical).bytes)).to.equal(bytes);
    });
  }

  it('have a prefix length, or all of their bits', () => {
    expect(parsePrefix('10.0.0.1/24')).to.deep.include({ family: 'inet', length: 24 });
    expect(parsePrefix('10.0.0.1')).to.deep.include({ length: 32 });
    expect(parsePrefix('::/0')).to.deep.include({ family: 'inet6', length: 0 });
    expect(parsePrefix('::1')).to.deep.include({ length: 128 });
  });

  for (const text of ['', '10.0.0', '10.0.0.256', '01.2.3.4', 'fe80::1%eth0', '::1::', 'g::', 'localhost', ' 10.0.0.1']) {
    it(`${JSON.stringify(text)} is none`, () => {
      expect(() => parseIp(text))
        .to.throw('is not an IP address')
        .with.property('code', 'ADDRESS_INVALID');
    });
  }

  for (const text of ['10.0.0.1/33', '::/129', '10.0.0.1/', '10.0.0.1/x', '10.0.0.1/24/1', '10.0.0.1/-1', '10.0.0.1/1e1', '/24']) {
    it(`${JSON.stringify(text)} is no prefix`, () => {
      expect(() => parsePrefix(text)).to.throw('is not an IP address');
    });
  }

  it('have four bytes or sixteen', () => {
    expect(formatIp(new Uint8Array(5))).to.equal(undefined);
  });
});

describe('hardware addresses', () => {
  it('are of any length', () => {
    for (const text of ['00', '02:00:de:ad:be:ef', Array.from({ length: 20 }, () => 'ab').join(':')]) {
      expect(formatHardwareAddress(parseHardwareAddress(text))).to.equal(text);
    }
    expect(hex(parseHardwareAddress('AB:cd'))).to.equal('abcd');
  });

  for (const text of ['', '0', '0:1', '00:', 'zz', '00-11', Array.from({ length: 33 }, () => '00').join(':')]) {
    it(`${JSON.stringify(text)} is none`, () => expect(() => parseHardwareAddress(text)).to.throw('is not a hardware address'));
  }
});
