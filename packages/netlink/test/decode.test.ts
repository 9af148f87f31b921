import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PlumbingError } from '@standpipe/errors';
import { decodeAck } from '../src/ack.js';
import { addressPayload, decodeAddress } from '../src/address.js';
import { bytesAttribute, encodeAttributes, nestedAttribute, textAttribute, u32Attribute, u8Attribute } from '../src/attributes.js';
import { concatAligned } from '../src/bytes.js';
import { IFA_F, IFF, IFLA, NLM_F, NLMSG, RTA } from '../src/constants.js';
import { decodeLink, ifinfomsg, linkPayload, newLinkPayload, setLinkPayload } from '../src/link.js';
import { decodeMessages, encodeMessage } from '../src/message.js';
import { decodeRoute, routePayload } from '../src/route.js';
import { mangled, random } from './random.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const withAttributes = (header: Uint8Array, ...list: Parameters<typeof encodeAttributes>[0]): Uint8Array =>
  concatAligned([header, encodeAttributes(list)]);

const linkBytes = withAttributes(
  ifinfomsg(7, IFF.UP | IFF.RUNNING | IFF.BROADCAST),
  textAttribute(IFLA.IFNAME, 'sp-a'),
  u32Attribute(IFLA.MTU, 1400),
  u8Attribute(IFLA.OPERSTATE, 6),
  bytesAttribute(IFLA.ADDRESS, Uint8Array.of(2, 0, 0, 0, 0, 0xff)),
  u32Attribute(IFLA.LINK, 8),
  u32Attribute(IFLA.LINK_NETNSID, 0),
  u32Attribute(IFLA.MASTER, 3),
  textAttribute(IFLA.IFALIAS, 'uplink'),
  nestedAttribute(IFLA.LINKINFO, [textAttribute(1, 'veth')]),
  nestedAttribute(IFLA.PROP_LIST, [textAttribute(IFLA.ALT_IFNAME, 'a-very-long-name-of-its-own')]),
  u32Attribute(999, 1),
);

describe('links', () => {
  it('are read', () => {
    expect(decodeLink(linkBytes)).to.deep.equal({
      index: 7,
      name: 'sp-a',
      altNames: ['a-very-long-name-of-its-own'],
      kind: 'veth',
      up: true,
      running: true,
      loopback: false,
      flags: 0x43,
      operState: 'up',
      mtu: 1400,
      address: '02:00:00:00:00:ff',
      alias: 'uplink',
      master: 3,
      peer: 8,
      peerNetnsid: 0,
    });
  });

  it('may have next to nothing', () => {
    expect(decodeLink(withAttributes(ifinfomsg(1, IFF.LOOPBACK), u8Attribute(IFLA.OPERSTATE, 99)))).to.deep.include({
      index: 1,
      name: '',
      up: false,
      loopback: true,
      operState: 'unknown',
      mtu: undefined,
      kind: undefined,
      master: undefined,
    });
  });

  it('are asked for by index or by name', () => {
    expect(hex(linkPayload(3))).to.equal(hex(ifinfomsg(3)));
    expect(hex(linkPayload('lo'))).to.equal(`${hex(ifinfomsg(0))}070003006c6f0000`);
    expect(() => linkPayload('a/b')).to.throw('is no name of a network device');
  });

  it('are told what changes, and of their flags which', () => {
    expect(hex(setLinkPayload(3, { up: true }))).to.equal(hex(ifinfomsg(3, IFF.UP, IFF.UP)));
    expect(hex(setLinkPayload(3, { up: false }))).to.equal(hex(ifinfomsg(3, 0, IFF.UP)));
    const settings = { name: 'b', mtu: 9, address: '02:01', master: 4, alias: 'x', txQueueLength: 5, netns: { fd: 6 } };
    expect(hex(setLinkPayload(3, settings))).to.equal(
      [
        hex(ifinfomsg(3)),
        '0600030062000000',
        '0800040009000000',
        '0600010002010000',
        '08000a0004000000',
        '0500140078000000',
        '08000d0005000000',
        '08001c0006000000',
      ].join(''),
    );
    expect(hex(setLinkPayload('a', { netns: { pid: 9 } }))).to.equal(`${hex(ifinfomsg(0))}06000300610000000800130009000000`);
  });

  it('are made with a peer, which is told of like the link itself', () => {
    expect(hex(newLinkPayload({ kind: 'veth', name: 'a', up: true, peer: { name: 'b', netns: { fd: 6 } } }))).to.equal(
      [
        hex(ifinfomsg(0, IFF.UP, IFF.UP)),
        '0600030061000000',
        '38001280', // IFLA_LINKINFO, nested
        '09000100',
        '76657468',
        '00000000', // IFLA_INFO_KIND
        '28000280',
        '24000100', // IFLA_INFO_DATA, VETH_INFO_PEER
        hex(ifinfomsg(0)),
        '0600030062000000',
        '08001c0006000000',
      ].join(''),
    );
  });
});

describe('addresses', () => {
  const flags = (value: number): ReturnType<typeof u32Attribute> => u32Attribute(8, value);
  const ip = (type: number, ...bytes: number[]): ReturnType<typeof bytesAttribute> => bytesAttribute(type, Uint8Array.from(bytes));

  it('of IPv4 are read, alone and with a peer', () => {
    const header = Uint8Array.of(2, 24, 0x80, 0, 7, 0, 0, 0);
    const plain = withAttributes(
      header,
      ip(1, 10, 0, 0, 1),
      ip(2, 10, 0, 0, 1),
      ip(4, 10, 0, 0, 255),
      textAttribute(3, 'eth0:1'),
      flags(0x280),
    );
    const expected = {
      link: 7,
      family: 'inet',
      address: '10.0.0.1',
      prefixLength: 24,
      peer: undefined,
      broadcast: '10.0.0.255',
      label: 'eth0:1',
      scope: 'global',
      flags: IFA_F.PERMANENT | IFA_F.NOPREFIXROUTE,
      permanent: true,
      validSeconds: undefined,
      preferredSeconds: undefined,
    };
    expect(decodeAddress(plain)).to.deep.equal(expected);
    expect(decodeAddress(withAttributes(header, ip(1, 10, 0, 0, 2), ip(2, 10, 0, 0, 1)))).to.deep.include({
      address: '10.0.0.1',
      peer: '10.0.0.2',
    });
  });

  it('of IPv6 are read, flags from the header where there is no attribute', () => {
    const header = Uint8Array.of(10, 64, 0x40, 253, 7, 0, 0, 0);
    expect(decodeAddress(withAttributes(header, ip(1, 0xfe, 0x80, ...new Uint8Array(13), 1)))).to.deep.include({
      family: 'inet6',
      address: 'fe80::1',
      scope: 'link',
      flags: IFA_F.TENTATIVE,
      permanent: false,
    });
  });

  it('of other families are passed over', () => {
    expect(decodeAddress(Uint8Array.of(45, 8, 0, 0, 1, 0, 0, 0))).to.equal(undefined);
  });

  it('without an address, or of a strange length, are malformed', () => {
    const header = Uint8Array.of(2, 24, 0, 0, 7, 0, 0, 0);
    expect(() => decodeAddress(header)).to.throw('it has none');
    expect(() => decodeAddress(withAttributes(header, ip(1, 1, 2, 3)))).to.throw('of 3 bytes');
    expect(() => decodeAddress(withAttributes(header, ip(1, 1, 2, 3, 4), ip(6, 0)))).to.throw('lifetimes are cut short');
  });

  it('are written as they are read', () => {
    for (const [text, settings] of [
      ['10.0.0.1/24', { broadcast: '10.0.0.255', label: 'a:1', scope: 'link' }],
      ['10.0.0.1/32', { peer: '10.9.9.9', scope: 'global' }],
      ['fd00::1/64', { flags: 0x202, scope: 'site' }],
      ['fd00::1/128', { scope: 17 }],
      ['fd00::1/64', { validSeconds: 600, preferredSeconds: 60 }],
      ['10.0.0.1/24', { validSeconds: undefined, preferredSeconds: 0 }],
    ] as const) {
      const read = decodeAddress(addressPayload(3, text, settings));
      expect(`${read?.address}/${read?.prefixLength}`).to.equal(text);
      expect(read).to.deep.include({ link: 3, ...settings });
    }
    expect(() => addressPayload(3, '10.0.0.1/24', { peer: '::1' })).to.throw('of different address families');
  });
});

describe('routes', () => {
  it('are written as they are read', () => {
    for (const route of [
      { destination: 'default', gateway: '10.0.0.254', metric: 100, link: 3, family: 'inet', scope: 'global', kind: 'unicast', table: 254 },
      { destination: 'default', gateway: 'fe80::1', link: 3, family: 'inet6', source: 'fd00::1' },
      { destination: '10.1.0.0/16', link: 4, scope: 'link', gateway: undefined, table: 254 },
      { destination: '10.2.0.0/16', kind: 'blackhole', table: 1000, scope: 'global' },
      { destination: '10.3.0.1/32', kind: 'local', link: 1, scope: 'host', table: 255 },
    ] as const) {
      expect(decodeRoute(routePayload(route))).to.deep.include(route);
    }
    expect(decodeRoute(routePayload({ destination: 'default', link: 3, family: 'inet6' }))).to.deep.include({ family: 'inet6' });
    expect(() => routePayload({ destination: '10.0.0.0/8', gateway: 'fe80::1' })).to.throw('of different address families');
    expect(() => routePayload({ destination: 'nowhere' })).to.throw('is not an IP address');
  });

  it('are deleted whatever they are besides what is told', () => {
    expect(hex(routePayload({ destination: '10.0.0.0/8' }, { deleting: true }).subarray(0, 12))).to.equal('02080000fe00ff0000000000');
  });

  it('may have several ways', () => {
    const hops = [
      [Uint8Array.of(16, 0, 0, 0, 3, 0, 0, 0), bytesAttribute(RTA.GATEWAY, Uint8Array.of(10, 0, 0, 1))],
      [Uint8Array.of(18, 0, 0, 4, 5, 0, 0, 0), bytesAttribute(RTA.VIA, Uint8Array.of(10, 0, 0xfe, 0x80, ...new Uint8Array(13), 2))],
    ] as const;
    const multipath = concatAligned(hops.map(([header, gateway]) => withAttributes(header, gateway)));
    const [header] = [routePayload({ destination: 'default' }).subarray(0, 12)];
    multipath[16] = multipath.length - 16; // the second one's own length
    expect(decodeRoute(withAttributes(header, bytesAttribute(RTA.MULTIPATH, multipath)))?.nextHops).to.deep.equal([
      { gateway: '10.0.0.1', link: 3, weight: 1 },
      { gateway: 'fe80::2', link: 5, weight: 5 },
    ]);
  });

  it('of other families are passed over', () => {
    expect(decodeRoute(Uint8Array.of(7, ...new Uint8Array(11)))).to.equal(undefined);
  });
});

describe('decoders, of random bytes and of messages that went wrong,', () => {
  const address = addressPayload(3, '10.0.0.1/24', { broadcast: '10.0.0.255', label: 'a' });
  const route = withAttributes(
    routePayload({ destination: '10.0.0.0/8', gateway: '10.0.0.1' }),
    bytesAttribute(
      RTA.MULTIPATH,
      withAttributes(Uint8Array.of(16, 0, 0, 0, 3, 0, 0, 0), bytesAttribute(RTA.GATEWAY, Uint8Array.of(10, 0, 0, 1))),
    ),
  );
  const request = encodeMessage({
    type: 16,
    flags: 5,
    sequence: 1,
    payload: newLinkPayload({ kind: 'veth', name: 'a', peer: { name: 'b' } }),
  });
  const ack = concatAligned([
    Uint8Array.of(0xea, 0xff, 0xff, 0xff),
    request,
    encodeAttributes([u32Attribute(2, 40), textAttribute(1, 'why')]),
  ]);
  const decoders: readonly (readonly [what: string, sample: Uint8Array, decode: (bytes: Uint8Array) => unknown])[] = [
    ['messages', concatAligned([request, request]), decodeMessages],
    ['links', linkBytes, decodeLink],
    ['addresses', address, decodeAddress],
    ['routes', route, decodeRoute],
    ['answers', ack, (payload) => decodeAck({ type: NLMSG.ERROR, flags: NLM_F.ACK_TLVS, sequence: 1, portId: 0, payload }, request)],
    [
      'answers to requests of all sorts',
      request,
      (bytes) => {
        const payload = ack.slice(0, 20);
        const tlvs = encodeAttributes([u32Attribute(2, 40)]);
        const long = bytes.length < 20 ? request : bytes;
        return decodeAck({ type: NLMSG.ERROR, flags: 0x300, sequence: 1, portId: 0, payload: concatAligned([payload, tlvs]) }, long);
      },
    ],
  ];

  for (const [what, sample, decode] of decoders) {
    it(`come to an end, or throw their own error: ${what}`, () => {
      const next = random(20_251_125);
      let decoded = 0;
      for (let round = 0; round < 20_000; round++) {
        const bytes = round % 2 === 0 ? mangled(sample, next) : Uint8Array.from({ length: next(200) }, () => next(256));
        try {
          decode(bytes);
          decoded++;
        } catch (error) {
          if (!PlumbingError.is(error) || error.code !== 'NETLINK_MALFORMED') throw error;
        }
      }
      expect(decoded, 'some of them can be read').to.be.greaterThan(100);
    }).timeout(20_000);
  }
});
