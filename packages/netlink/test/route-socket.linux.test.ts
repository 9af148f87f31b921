import { readFileSync, readlinkSync } from 'node:fs';
import { AF, openPort, OwnedFd, sendto, SOCK, socket, type SyscallPort } from '@standpipe/syscalls';
import { withoutFdLeaks } from '@standpipe/syscalls/testing';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { inNetworkNamespace, makeNetworkNamespace, RouteSocket } from '../src/index.js';

describe('RouteSocket on Linux', () => {
  leaveNothing(); // looked at when what a test had open is closed again

  describe('in a namespace that nobody is in', () => {
    let port: SyscallPort;
    let netns: OwnedFd;
    let route: RouteSocket;

    before(function () {
      needsRoot(this);
      port = openPort();
    });
    beforeEach(() => {
      netns = makeNetworkNamespace();
      route = new RouteSocket({ netns: netns.fd });
    });
    afterEach(() => {
      route.close();
      netns.close();
    });
    const namesIn = (socket: RouteSocket): string[] => socket.links().map(({ name }) => name);

    it('works in a network namespace of its own, and this process stays where it was', () => {
      expect(namesIn(route)).to.deep.equal(['lo']);
      using own = new RouteSocket();
      const names = readFileSync('/proc/net/dev', 'utf8').match(/\S+(?=:)/g);
      expect(namesIn(own)).to.have.members(names ?? []);
      expect(readlinkSync(`/proc/self/fd/${netns.fd}`)).not.to.equal(readlinkSync('/proc/thread-self/ns/net'));
    });

    it('goes into a namespace for the length of a call, and comes back when it fails', () => {
      const where = (): string => readlinkSync('/proc/thread-self/ns/net');
      const own = where();
      withoutFdLeaks(() => {
        expect(inNetworkNamespace(port, netns.fd, where)).to.equal(readlinkSync(`/proc/self/fd/${netns.fd}`));
        expect(() =>
          inNetworkNamespace(port, netns.fd, () => {
            throw new Error('inside');
          }),
        ).to.throw('inside');
        using file = new OwnedFd(port, socket(port, AF.UNIX, SOCK.DGRAM | SOCK.CLOEXEC, 0));
        expect(() => inNetworkNamespace(port, file.fd, where)).to.throw('EINVAL');
      });
      expect(where()).to.equal(own);
    });

    it('brings loopback up, and its addresses are there', () => {
      expect(route.link('lo')).to.deep.include({ index: 1, up: false, loopback: true, kind: undefined });
      expect(route.addresses()).to.deep.equal([]);
      route.setLink('lo', { up: true });
      expect(route.link(1)).to.deep.include({ name: 'lo', up: true, running: true });
      expect(route.addresses({ link: 'lo' })).to.deep.equal([
        {
          link: 1,
          family: 'inet',
          address: '127.0.0.1',
          prefixLength: 8,
          peer: undefined,
          broadcast: undefined,
          label: 'lo',
          scope: 'host',
          flags: 0x80,
          permanent: true,
          validSeconds: undefined,
          preferredSeconds: undefined,
        },
        {
          link: 1,
          family: 'inet6',
          address: '::1',
          prefixLength: 128,
          peer: undefined,
          broadcast: undefined,
          label: undefined,
          scope: 'host',
          flags: 0x80,
          permanent: true,
          validSeconds: undefined,
          preferredSeconds: undefined,
        },
      ]);
      expect(route.addresses({ family: 'inet6' }).map(({ address }) => address)).to.deep.equal(['::1']);
    });

    it('makes, changes and deletes devices', () => {
      route.addLink({ kind: 'veth', name: 'sp-a', mtu: 1400, address: '02:00:00:00:00:01', peer: { name: 'sp-b', mtu: 1300 } });
      route.addLink({ kind: 'bridge', name: 'sp-br', up: true });
      const [a, b, bridge] = ['sp-a', 'sp-b', 'sp-br'].map((name) => route.link(name));
      expect(a).to.deep.include({ kind: 'veth', mtu: 1400, address: '02:00:00:00:00:01', up: false, peer: b?.index });
      expect(b).to.deep.include({ kind: 'veth', mtu: 1300, up: false, running: false, peer: a?.index });
      route.setLink('sp-b', { up: true });
      expect(bridge).to.deep.include({ kind: 'bridge', up: true });

      route.setLink('sp-a', { master: bridge?.index, up: true, alias: 'uplink', txQueueLength: 7 });
      expect(route.link('sp-a')).to.deep.include({ master: bridge?.index, up: true, running: true, alias: 'uplink' });
      route.setLink('sp-a', { master: 0 });
      expect(route.link('sp-a').master).to.equal(undefined);
      route.setLink('sp-a', { up: false });
      route.setLink('sp-a', { name: 'sp-c', mtu: 1200 });
      expect(route.link(a?.index ?? 0)).to.deep.include({ name: 'sp-c', mtu: 1200, up: false });
      expect(() => route.link('sp-a')).to.throw('ENODEV');

      route.deleteLink('sp-c');
      expect(namesIn(route), 'the peer goes with it').to.deep.equal(['lo', 'sp-br']);
      route.deleteLink(bridge?.index ?? 0);
      expect(namesIn(route)).to.deep.equal(['lo']);
    });

    it('makes dummies, or says that there are none', () => {
      try {
        route.addLink({ kind: 'dummy', name: 'sp-d' });
        expect(route.link('sp-d').kind).to.equal('dummy');
      } catch (error) {
        // Where its module can't be loaded.
        expect(error).to.deep.include({ code: 'NOT_SUPPORTED', feature: 'network devices of the kind dummy' });
      }
      expect(() => {
        route.addLink({ kind: 'no such kind', name: 'sp-d2' });
      }).to.throw('this kernel has no network devices of the kind "no such kind"');
    });

    it('moves devices to other namespaces, and knows those by their ids', () => {
      using other = makeNetworkNamespace();
      using there = new RouteSocket({ netns: other.fd });
      expect(route.netnsid({ fd: other.fd })).to.equal(undefined);
      route.addLink({ kind: 'veth', name: 'sp-a', peer: { name: 'sp-b', netns: { fd: other.fd } } });
      const id = route.netnsid({ fd: other.fd });
      expect(id).to.equal(0);
      expect(route.link('sp-a')).to.deep.include({ peerNetnsid: id, peer: there.link('sp-b').index });
      there.addAddress('sp-b', '10.9.0.1/24');
      expect(route.links({ netnsid: id }).map(({ name }) => name)).to.have.members(['lo', 'sp-b']);
      expect(route.addresses({ netnsid: id }).map(({ address }) => address)).to.deep.equal(['10.9.0.1']);

      route.setLink('sp-a', { name: 'sp-x', netns: { fd: other.fd } });
      expect(namesIn(route)).to.deep.equal(['lo']);
      expect(namesIn(there)).to.have.members(['lo', 'sp-b', 'sp-x']);

      using third = makeNetworkNamespace();
      const assigned = route.netnsid({ fd: third.fd }, { assign: true });
      expect(assigned).to.be.greaterThan(0);
      expect(route.netnsid({ fd: third.fd }, { assign: true })).to.equal(assigned);
      expect(route.netnsid({ fd: third.fd })).to.equal(assigned);
      expect(() => route.links({ netnsid: 77 })).to.throw('RTM_GETLINK = EINVAL');
    });

    it('gives addresses, and takes them', () => {
      route.addLink({ kind: 'veth', name: 'sp-a', up: true, peer: { name: 'sp-b' } });
      route.setLink('sp-b', { up: true });
      route.addAddress('sp-a', '10.1.0.1/24', { broadcast: '10.1.0.255', label: 'sp-a:1' });
      route.addAddress('sp-a', '10.2.0.1/32', { peer: '10.2.0.2', scope: 'link' });
      route.addAddress('sp-a', 'fd00::1/64', { flags: 0x2 });
      const list = route.addresses({ link: 'sp-a' }).filter(({ scope, family }) => family === 'inet' || scope === 'global');
      expect(
        list.map(({ address, prefixLength, peer, broadcast, label, scope }) => ({ address, prefixLength, peer, broadcast, label, scope })),
      ).to.have.deep.members([
        { address: '10.1.0.1', prefixLength: 24, peer: undefined, broadcast: '10.1.0.255', label: 'sp-a:1', scope: 'global' },
        { address: '10.2.0.1', prefixLength: 32, peer: '10.2.0.2', broadcast: undefined, label: 'sp-a', scope: 'link' },
        { address: 'fd00::1', prefixLength: 64, peer: undefined, broadcast: undefined, label: undefined, scope: 'global' },
      ]);
      expect(route.addresses({ link: 'sp-b', family: 'inet' })).to.deep.equal([]);
      expect(() => {
        route.addAddress('sp-a', '10.1.0.1/24');
      }).to.throw('give the network device "sp-a" the address 10.1.0.1/24: RTM_NEWADDR = EEXIST');
      route.deleteAddress('sp-a', '10.1.0.1/24');
      route.deleteAddress('sp-a', '10.2.0.1/32', { peer: '10.2.0.2' });
      route.deleteAddress('sp-a', 'fd00::1/64');
      expect(route.addresses({ family: 'inet' })).to.deep.equal([]);
    });

    it('makes routes, and deletes them', () => {
      route.addLink({ kind: 'veth', name: 'sp-a', up: true, peer: { name: 'sp-b' } });
      route.setLink('sp-b', { up: true });
      const { index } = route.link('sp-a');
      route.addAddress('sp-a', '10.1.0.1/24');
      route.addRoute({ destination: 'default', gateway: '10.1.0.254', metric: 50 });
      route.addRoute({ destination: '10.5.0.0/16', link: index, source: '10.1.0.1' });
      route.addRoute({ destination: '10.6.0.0/16', gateway: '192.168.77.1', link: index, onlink: true, table: 1000 });
      route.addRoute({ destination: 'fd00:5::/32', link: index });
      route.addRoute({ destination: '10.7.0.0/16', kind: 'unreachable' });
      const find = (destination: string): object | undefined => route.routes().find((known) => known.destination === destination);
      expect(find('default')).to.deep.include({
        gateway: '10.1.0.254',
        metric: 50,
        link: index,
        family: 'inet',
        table: 254,
        kind: 'unicast',
        scope: 'global',
      });
      expect(find('10.5.0.0/16')).to.deep.include({ gateway: undefined, source: '10.1.0.1', link: index, scope: 'link' });
      expect(find('fd00:5::/32')).to.deep.include({ family: 'inet6', link: index });
      expect(find('10.7.0.0/16')).to.deep.include({ kind: 'unreachable' });
      expect(route.routes({ table: 1000 }).map(({ destination }) => destination)).to.deep.equal(['10.6.0.0/16']);
      expect(route.routes({ family: 'inet6' }).every(({ family }) => family === 'inet6')).to.equal(true);
      route.deleteRoute({ destination: '10.5.0.0/16' });
      route.deleteRoute({ destination: 'default' });
      route.deleteRoute({ destination: '10.7.0.0/16' });
      for (const gone of ['10.5.0.0/16', 'default', '10.7.0.0/16']) expect(find(gone), gone).to.equal(undefined);
      expect(() => {
        route.deleteRoute({ destination: 'default' });
      }).to.throw('delete the route to default: RTM_DELROUTE = ESRCH');
    });

    it("says what is wrong, in the kernel's words", () => {
      const attempts: readonly (readonly [() => void, string])[] = [
        [() => route.link('sp-none'), 'look at the network device "sp-none": RTM_GETLINK = ENODEV (no such device)'],
        [() => route.link(77), 'look at the network device number 77: RTM_GETLINK = ENODEV'],
        [() => route.setLink('lo', { mtu: 0x7fff_ffff, up: true, master: 99 }), 'change the network device "lo": RTM_SETLINK = E'],
        [() => route.addLink({ kind: 'veth', name: 'lo', peer: { name: 'sp-b' } }), 'make the network device "lo": RTM_NEWLINK = EEXIST'],
        [() => route.addRoute({ destination: '10.0.0.0/8', gateway: '10.9.9.9' }), 'Nexthop has invalid gateway'],
        [() => route.addLink({ kind: 'bridge', name: 'sp-br', mtu: 1 << 30 }), 'mtu greater than device maximum'],
      ];
      for (const [attempt, message] of attempts) expect(attempt, message).to.throw(message).with.property('name', 'SyscallError');
    });

    it('lists more than one datagram holds', () => {
      route.setLink('lo', { up: true });
      const addresses = Array.from({ length: 600 }, (_, at) => `10.${at >> 8}.${at & 255}.1`);
      for (const address of addresses) route.addAddress('lo', `${address}/32`);
      expect(route.addresses({ link: 'lo', family: 'inet' }).map(({ address }) => address)).to.have.members(['127.0.0.1', ...addresses]);
    });

    it('can not be written to by others, who get ECONNREFUSED', () => {
      // The port id of this process's first netlink socket is its pid; the kernel lists those there are.
      using victim = new RouteSocket();
      expect(victim.link('lo').index).to.equal(1);
      using attacker = new OwnedFd(port, socket(port, AF.NETLINK, SOCK.RAW | SOCK.CLOEXEC, 0));
      const ids = readFileSync('/proc/net/netlink', 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, protocol, id]) => protocol === '0' && (id === String(process.pid) || Number(id) > 0x8000_0000))
        .map(([, , id]) => Number(id));
      expect(ids).not.to.deep.equal([]);
      const addressOf = (id: number): Uint8Array => new Uint8Array(Uint32Array.of(AF.NETLINK, id, 0).buffer);
      const answers = ids.map((id) => {
        try {
          return sendto(port, attacker.fd, new Uint8Array(16), 0x40, addressOf(id));
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
      expect(answers).to.include('ECONNREFUSED');
      expect(victim.link('lo').index).to.equal(1);
    });
  });
});
