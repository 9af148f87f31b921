import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decodeAck } from '../src/ack.js';
import { type Attribute, encodeAttributes, textAttribute, u32Attribute } from '../src/attributes.js';
import { IFLA, NLM_F, NLMSG, NLMSGERR_ATTR, RTM } from '../src/constants.js';
import { refused } from '../src/errors.js';
import { newLinkPayload } from '../src/link.js';
import { encodeMessage, type NetlinkMessage } from '../src/message.js';

const request = encodeMessage({
  type: RTM.NEWLINK,
  flags: 0x605,
  sequence: 1,
  payload: newLinkPayload({ kind: 'veth', name: 'sp-a', mtu: 9, peer: { name: 'sp-b' } }),
});

/** Where some bytes begin in the request. */
const offsetOf = (bytes: readonly number[]): number => Buffer.from(request).indexOf(Buffer.from(bytes));

function answer(
  errno: number,
  tlvs: readonly Attribute[],
  settings: { readonly capped?: boolean; readonly type?: number } = {},
): NetlinkMessage {
  const { capped = true, type = NLMSG.ERROR } = settings;
  const error = Buffer.alloc(4);
  error.writeInt32LE(-errno);
  const echo = type === NLMSG.DONE ? [] : [capped ? request.subarray(0, 16) : request];
  const flags = (capped ? NLM_F.CAPPED : 0) | (tlvs.length > 0 ? NLM_F.ACK_TLVS : 0);
  return { type, flags, sequence: 1, portId: 5, payload: Buffer.concat([error, ...echo, encodeAttributes(tlvs)]) };
}

describe("the kernel's verdict", () => {
  it('is none when all is well', () => {
    expect(decodeAck(answer(0, []), request)).to.equal(undefined);
    expect(decodeAck({ ...answer(0, []), type: NLMSG.DONE, payload: new Uint8Array() }, request)).to.equal(undefined);
  });

  it('is an errno, from kernels that say no more', () => {
    expect(decodeAck(answer(19, []), request)).to.deep.equal({ errno: 19 });
  });

  for (const capped of [true, false]) {
    it(`has the kernel's words${capped ? '' : ', behind the whole request'}`, () => {
      const tlvs = [textAttribute(NLMSGERR_ATTR.MSG, 'Unknown device type'), u32Attribute(NLMSGERR_ATTR.OFFS, offsetOf([9, 0, 1, 0]))];
      expect(decodeAck(answer(95, tlvs, { capped }), request)).to.deep.equal({
        errno: 95,
        text: 'Unknown device type',
        attribute: 'IFLA_LINKINFO/IFLA_INFO_KIND',
      });
    });
  }

  it('comes at the end of a dump as well', () => {
    const done = answer(22, [textAttribute(NLMSGERR_ATTR.MSG, 'Invalid values in header')], { type: NLMSG.DONE });
    expect(decodeAck(done, request)).to.deep.equal({ errno: 22, text: 'Invalid values in header', attribute: undefined });
  });

  it('names the attribute that is wrong, or missing', () => {
    const attributeOf = (...tlvs: Attribute[]): string | undefined => decodeAck(answer(22, tlvs), request)?.attribute;
    expect(attributeOf(u32Attribute(NLMSGERR_ATTR.OFFS, 32))).to.equal('IFLA_IFNAME');
    expect(attributeOf(u32Attribute(NLMSGERR_ATTR.OFFS, offsetOf([8, 0, IFLA.MTU, 0])))).to.equal('IFLA_MTU');
    expect(attributeOf(u32Attribute(NLMSGERR_ATTR.OFFS, offsetOf([...Buffer.from('sp-b')])))).to.equal(
      'IFLA_LINKINFO/IFLA_INFO_DATA/VETH_INFO_PEER',
    );
    expect(attributeOf(u32Attribute(NLMSGERR_ATTR.OFFS, 4))).to.equal(undefined);
    expect(attributeOf(u32Attribute(NLMSGERR_ATTR.OFFS, 70_000))).to.equal(undefined);
    expect(attributeOf(u32Attribute(NLMSGERR_ATTR.MISS_TYPE, IFLA.MASTER))).to.equal('IFLA_MASTER');
    expect(attributeOf(u32Attribute(NLMSGERR_ATTR.MISS_TYPE, 250))).to.equal('attribute 250');
    expect(attributeOf(u32Attribute(NLMSGERR_ATTR.MISS_TYPE, 1), u32Attribute(NLMSGERR_ATTR.MISS_NEST, 32))).to.equal(
      'IFLA_IFNAME/attribute 1',
    );
  });

  it('makes no sense when it is cut short, or its errno is none', () => {
    for (const payload of [new Uint8Array(3), Uint8Array.of(1, 0, 0, 0), Uint8Array.of(0, 0, 0xff, 0xff)]) {
      expect(() => decodeAck({ ...answer(1, []), payload }, request))
        .to.throw('malformed')
        .with.property('code', 'NETLINK_MALFORMED');
    }
    const tlvs = answer(1, [textAttribute(NLMSGERR_ATTR.MSG, 'x')], { capped: false });
    expect(() => decodeAck({ ...tlvs, payload: tlvs.payload.subarray(0, 30) }, request)).to.throw('cut short');
  });

  it('reads as an error of a system call', () => {
    const attempt = { say: 'set the network device "sp-a" up', request: 'RTM_SETLINK' };
    expect(refused(attempt, { errno: 19 }).message).to.equal('set the network device "sp-a" up: RTM_SETLINK = ENODEV (no such device)');
    const error = refused(attempt, { errno: 34, text: 'too large', attribute: 'IFLA_MTU' });
    expect(error.message).to.equal(
      'set the network device "sp-a" up: RTM_SETLINK = ERANGE (numerical result out of range): too large, in IFLA_MTU',
    );
    expect(error).to.include({ code: 'ERANGE', errno: 34, syscall: 'RTM_SETLINK' });
    expect(error.details).to.deep.equal({ text: 'too large', attribute: 'IFLA_MTU' });
  });
});
