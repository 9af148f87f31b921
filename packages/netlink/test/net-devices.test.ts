import type { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkInterfaceName, type NetDevices, parseNetDevices, whyNoInterfaceName } from '../src/index.js';

function issuesOf(devices: NetDevices): (readonly [pointer: string, message: string])[] {
  try {
    parseNetDevices(devices);
  } catch (error) {
    return (error as SpecError).issues.map(({ pointer, message }) => [pointer, message] as const);
  }
  return [];
}

describe('names of network devices', () => {
  for (const name of ['lo', 'eth0', 'a'.repeat(15), 'eth0.100', 'enp0s31f6', '...', 'ä', '-', 'a%']) {
    it(`${JSON.stringify(name)} is one`, () => expect(checkInterfaceName(name)).to.equal(name));
  }

  for (const [name, why] of [
    ['', 'it is empty'],
    ['a'.repeat(16), 'longer than 15'],
    ['ä'.repeat(8), 'longer than 15'],
    ['.', 'a directory'],
    ['..', 'a directory'],
    ['a/b', 'a slash'],
    ['a:1', 'a colon'],
    ['a b', 'white space'],
    ['a\nb', 'white space'],
    ['a\0', 'a control character'],
    ['à', 'white space'], // c3 a0
    ['\ud800', 'half a surrogate pair'],
  ] as const) {
    it(`${JSON.stringify(name)} is none: ${why}`, () => {
      expect(() => checkInterfaceName(name))
        .to.throw(why)
        .with.property('code', 'INTERFACE_NAME_INVALID');
    });
  }

  it('may be templates where they are new', () => {
    const why = (name: string): string | undefined => whyNoInterfaceName(name, { template: true });
    expect([why('eth%d'), why('a%db'), why('eth0')]).to.deep.equal([undefined, undefined, undefined]);
    for (const name of ['eth%', 'eth%s', '%d%d', '%%d', '%']) expect(why(name), name).to.include('percent');
  });
});

describe('parseNetDevices', () => {
  it('gives each device its name in the container', () => {
    expect(parseNetDevices({ eth0: {}, wlan0: { name: 'eth1' }, usb0: { name: '' }, veth1: { name: 'eth%d' } })).to.deep.equal([
      { name: 'eth0', inside: 'eth0', template: false, pointer: '/linux/netDevices/eth0' },
      { name: 'wlan0', inside: 'eth1', template: false, pointer: '/linux/netDevices/wlan0' },
      { name: 'usb0', inside: 'usb0', template: false, pointer: '/linux/netDevices/usb0' },
      { name: 'veth1', inside: 'eth%d', template: true, pointer: '/linux/netDevices/veth1' },
    ]);
  });

  it('lets two exchange their names, and templates be alike', () => {
    expect(issuesOf({ a: { name: 'b' }, b: { name: 'a' }, c: { name: 'x%d' }, d: { name: 'x%d' } })).to.deep.equal([]);
  });

  it('finds every issue, and points to it', () => {
    expect(
      issuesOf({
        'a/b~c': {},
        ok: { name: 'a b' },
        one: { name: 'same' },
        two: { name: 'same' },
        three: { name: 'eth%x' },
        eth9: {},
        x: { name: 'eth9' },
      }),
    ).to.deep.equal([
      [
        '/linux/netDevices/a~1b~0c',
        '"a/b~c" is no name of a network device: it contains a slash, a colon, white space or a control character',
      ],
      [
        '/linux/netDevices/ok/name',
        '"a b" is no name of a network device: it contains a slash, a colon, white space or a control character',
      ],
      ['/linux/netDevices/two/name', '"one" is to be called "same" as well'],
      ['/linux/netDevices/three/name', '"eth%x" is no name of a network device: of percent signs it may have one, before a d'],
      ['/linux/netDevices/x/name', '"eth9" is to be called "eth9" as well'],
    ]);
  });
});
