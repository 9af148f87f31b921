import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { AT, O, type OwnedFd } from '@standpipe/syscalls';
import { type Op, raise, type Reg, reg, sys } from '@standpipe/program';
import { type Outcome, runOps } from '@standpipe/program/testing';
import { leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { makeNetworkNamespace, type NetDevices, planLoopbackUp, planMoveDevices, RouteSocket } from '../src/index.js';

describe("a container's network on Linux", () => {
  leaveNothing(); // looked at when what a test had open is closed again

  describe('in namespaces that nobody is in', () => {
    let host: OwnedFd;
    let inside: OwnedFd;
    let outer: RouteSocket;
    let inner: RouteSocket;

    before(function () {
      needsRoot(this);
      needs(this, 'nsenter');
    });
    beforeEach(() => {
      host = makeNetworkNamespace();
      inside = makeNetworkNamespace();
      outer = new RouteSocket({ netns: host.fd });
      inner = new RouteSocket({ netns: inside.fd });
    });
    afterEach(() => {
      for (const open of [outer, inner, host, inside]) open.close();
    });

    const pathOf = ({ fd }: OwnedFd): string => `/proc/${process.pid}/fd/${fd}`;
    const inHost = (): string[] => ['nsenter', `--net=${pathOf(host)}`];
    const fine: Outcome = { code: 0, signal: null, stdout: '', stderr: '' };
    const failed = (sentence: string): Outcome => ({ code: 1, signal: null, stdout: '', stderr: `${sentence}\n` });

    /** Runs the plan in the host's namespace, with other ops behind the move. */
    async function move(devices: NetDevices, { after = [], to = pathOf(inside) }: { after?: Op[]; to?: string } = {}): Promise<Outcome> {
      const netns = reg('netns');
      const plan = planMoveDevices(devices, { netns });
      const open = sys('openat', [AT.FDCWD, to, O.RDONLY], { to: netns, say: 'open the namespace' });
      return runOps([open, ...plan.open, sys('close', [netns]), ...plan.move, ...after, ...plan.keep], { wrapper: inHost() });
    }

    /** What there is in a namespace but for loopback: names, and the addresses that a test made. */
    function look(route: RouteSocket): Record<string, string[]> {
      const addresses = route.addresses().filter(({ address }) => !address.startsWith('fe80:'));
      return Object.fromEntries(
        route
          .links()
          .filter(({ loopback }) => !loopback)
          .map(({ index, name, up }) => {
            const own = addresses.filter(({ link }) => link === index).map(({ address, prefixLength }) => `${address}/${prefixLength}`);
            return [`${name}${up ? '' : ' (down)'}`, own.toSorted()];
          }),
      );
    }

    function addVeth(name = 'sp-a', peer = 'sp-b'): void {
      outer.addLink({ kind: 'veth', name, up: true, mtu: 1400, address: '02:00:00:00:00:07', peer: { name: peer } });
    }

    describe('planLoopbackUp', () => {
      it('brings loopback up, as often as it is asked to', async () => {
        for (const _ of [1, 2]) expect(await runOps(planLoopbackUp(), { wrapper: inHost() })).to.deep.equal(fine);
        expect(outer.link('lo').up).to.equal(true);
        expect(outer.addresses().map(({ address }) => address)).to.deep.equal(['127.0.0.1', '::1']);
        expect(inner.link('lo').up).to.equal(false);
      });

      it('says so when it may not', async function () {
        needs(this, 'setpriv');
        const wrapper = [...inHost(), 'setpriv', '--reuid=1000', '--clear-groups'];
        expect(await runOps(planLoopbackUp(), { wrapper })).to.deep.equal(failed('bring up the loopback device: operation not permitted'));
      });
    });

    describe('planMoveDevices', () => {
      it('moves a device as it is, with its lasting addresses of global scope, and sets it up', async () => {
        addVeth();
        outer.setLink('sp-a', { alias: 'kept' });
        outer.addAddress('sp-a', '10.1.0.1/24', { broadcast: '10.1.0.255', label: 'sp-a:1' });
        outer.addAddress('sp-a', '10.1.0.2/24');
        outer.addAddress('sp-a', '10.2.0.1/32', { peer: '10.2.0.2', flags: 0x200 });
        outer.addAddress('sp-a', 'fd00::1/64', { flags: 0x2 });
        outer.addAddress('sp-a', 'fd00::2/128', { peer: 'fd00::3' });
        outer.addAddress('sp-a', '10.3.0.1/24', { scope: 'link' });
        outer.addAddress('sp-a', '10.4.0.1/24', { scope: 'host' });
        const before = outer.addresses({ link: 'sp-a' }).filter(({ scope }) => scope === 'global');
        expect(await move({ 'sp-a': {} })).to.deep.equal(fine);

        expect(look(outer)).to.deep.equal({ 'sp-b (down)': [] });
        const link = inner.link('sp-a');
        expect(link).to.deep.include({ up: true, mtu: 1400, address: '02:00:00:00:00:07', alias: 'kept', kind: 'veth' });
        const after = inner.addresses({ link: 'sp-a' }).filter(({ scope }) => scope !== 'link');
        const settled = (flags: number): number => flags & ~0x40; // it is tentative for a while
        expect(after.map((address) => ({ ...address, flags: settled(address.flags) }))).to.have.deep.members(
          before.map((address) => ({
            ...address,
            link: link.index,
            flags: settled(address.flags),
            label: address.family === 'inet' ? 'sp-a' : undefined,
          })),
        );
        expect(after.map(({ family, address }) => (family === 'inet' ? address : '')).join(' ')).to.include('10.1.0.1 10.2.0.1 10.1.0.2');
      });

      it('leaves out addresses that end some day', async () => {
        addVeth();
        outer.addAddress('sp-a', '10.1.0.1/24');
        outer.addAddress('sp-a', '10.1.0.2/24', { validSeconds: 600 });
        outer.addAddress('sp-a', 'fd00::2/64', { validSeconds: 600 });
        outer.addAddress('sp-a', 'fd00::3/64', { preferredSeconds: 0 });
        expect(await move({ 'sp-a': {} })).to.deep.equal(fine);
        expect(look(inner)).to.deep.equal({ 'sp-a': ['10.1.0.1/24', 'fd00::3/64'] });
        expect(inner.addresses({ link: 'sp-a' }).find(({ address }) => address === 'fd00::3')?.preferredSeconds).to.equal(0);
      });

      it('renames, also what exchanges its names, and fills in a number', async () => {
        addVeth('sp-a', 'sp-b');
        outer.addAddress('sp-a', '10.1.0.1/24');
        outer.addAddress('sp-b', '10.2.0.1/24');
        addVeth('sp-c', 'sp-d');
        inner.addLink({ kind: 'bridge', name: 'eth0' });
        inner.addLink({ kind: 'bridge', name: 'sp-c' });
        expect(
          await move({ 'sp-a': { name: 'sp-b' }, 'sp-b': { name: 'sp-a' }, 'sp-c': { name: 'eth%d' }, 'sp-d': { name: 'eth%d' } }),
        ).to.deep.equal(fine);
        expect(look(inner)).to.deep.equal({
          'eth0 (down)': [],
          'sp-c (down)': [],
          'sp-b': ['10.1.0.1/24'],
          'sp-a': ['10.2.0.1/24'],
          eth1: [],
          eth2: [],
        });
        expect(look(outer)).to.deep.equal({});
      });

      it('finds a device by another of its names', async () => {
        addVeth();
        expect(await move({ 'sp-b': { name: 'net0' } })).to.deep.equal(fine);
        expect(look(inner)).to.deep.equal({ net0: [] });
      });

      it('gives it another index where the own one is taken', async () => {
        inner.addLink({ kind: 'veth', name: 'sp-x', peer: { name: 'sp-y' } });
        addVeth();
        outer.addAddress('sp-a', '10.1.0.1/24');
        expect(outer.link('sp-a').index).to.equal(inner.link('sp-y').index + 1);
        inner.addLink({ kind: 'bridge', name: 'sp-a' });
        expect(await move({ 'sp-a': { name: 'sp-a2' }, 'sp-b': {} })).to.deep.equal(fine);
        expect(look(inner)).to.deep.include({ 'sp-a (down)': [], 'sp-a2': ['10.1.0.1/24'], 'sp-b': [] });
      });

      it('moves many addresses, more than one datagram holds', async () => {
        addVeth();
        const addresses = Array.from({ length: 400 }, (_, at) => `10.${at >> 8}.${at & 255}.1/32`);
        for (const address of addresses) outer.addAddress('sp-a', address);
        expect(await move({ 'sp-a': {} })).to.deep.equal(fine);
        expect(look(inner)['sp-a']).to.deep.equal(addresses.toSorted());
      });

      it('reaches the namespace of a process by its pidfd', async () => {
        addVeth();
        const child = spawn('nsenter', [`--net=${pathOf(inside)}`, 'sh', '-c', 'echo there; read line'], {
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        try {
          await once(child.stdout, 'data');
          const pidfd = reg('pidfd');
          const plan = planMoveDevices({ 'sp-a': {} }, { pidfd });
          const open = sys('pidfd_open', [child.pid ?? 0, 0], { to: pidfd, say: 'open the pidfd' });
          expect(await runOps([open, ...plan.open, ...plan.move, ...plan.keep], { wrapper: inHost() })).to.deep.equal(fine);
          expect(look(inner)).to.deep.equal({ 'sp-a': [] });
        } finally {
          child.stdin.end();
          await once(child, 'close');
        }
      });

      it('does nothing for no devices', () => {
        expect(planMoveDevices({}, { netns: reg('netns') })).to.deep.equal({ open: [], move: [], keep: [] });
      });

      describe('refuses', () => {
        for (const [what, devices, sentence] of [
          ['what is not there', { 'sp-none': {} }, 'find the network device "sp-none" on the host: no such device'],
          [
            'a name that is taken inside',
            { 'sp-a': { name: 'sp-taken' } },
            'move the network device "sp-a" into the container as "sp-taken" (it has one of that name): file exists',
          ],
          [
            'what stays in its namespace',
            { lo: { name: 'lo1' } },
            'move the network device "lo" into the container as "lo1" (it may be one that stays in its network namespace): invalid argument',
          ],
        ] as const) {
          it(`${what}, and what moved before is back`, async () => {
            addVeth();
            outer.addAddress('sp-b', '10.1.0.1/24');
            outer.addAddress('sp-b', 'fd00::1/64');
            inner.addLink({ kind: 'bridge', name: 'sp-taken' });
            const before = [look(outer), look(inner)];
            expect(await move({ 'sp-b': { name: 'moved' }, ...devices })).to.deep.equal(failed(sentence));
            expect([look(outer), look(inner)]).to.deep.equal(before);
          });
        }

        it('to move a device to where it is', async () => {
          addVeth();
          const sentence = 'the container is in the network namespace of the host: nothing can be moved there';
          expect(await move({ 'sp-a': { name: 'sp-z' } }, { to: pathOf(host) })).to.deep.equal(failed(sentence));
          expect(look(outer)).to.deep.equal({ 'sp-a': [], 'sp-b (down)': [] });
        });

        it('what is no network namespace', async () => {
          expect((await move({ 'sp-a': {} }, { to: '/proc/self/ns/uts' })).stderr).to.include(
            'enter the network namespace of the container: invalid',
          );
        });

        it('those who have no right to', async function () {
          needs(this, 'setpriv');
          addVeth();
          const netns = reg('netns');
          const plan = planMoveDevices({ 'sp-a': {} }, { netns });
          // Open before it becomes somebody else.
          const ops = [sys('dup', [0], { to: netns }), ...plan.open, ...plan.move, ...plan.keep];
          const wrapper = [...inHost(), 'setpriv', '--reuid=1000', '--clear-groups'];
          const { code, stderr } = await runOps(ops, { wrapper, stdio: [inside.fd, 'pipe', 'pipe'] });
          expect({ code, stderr }).to.deep.equal({ code: 1, stderr: 'open the network namespace of the host: operation not permitted\n' });
        });
      });

      it('undone, gives all of them back: by name, with their addresses, up or down as they were', async () => {
        addVeth();
        addVeth('sp-c', 'sp-d');
        for (const address of ['10.1.0.1/24', '10.1.0.2/24', 'fd00::1/64']) outer.addAddress('sp-a', address);
        outer.addAddress('sp-a', '10.2.0.1/32', { peer: '10.2.0.2' });
        outer.addAddress('sp-d', '10.3.0.1/24');
        const before = outer.links().map(({ index, name, up, mtu }) => ({ index, name, up, mtu }));
        const looked = look(outer);
        const devices = { 'sp-a': { name: 'eth0' }, 'sp-b': { name: 'sp-a' }, 'sp-d': { name: 'net%d' } };
        expect(await move(devices, { after: [raise('what comes later fails')] })).to.deep.equal(failed('what comes later fails'));
        expect(look(inner)).to.deep.equal({});
        expect(look(outer)).to.deep.equal(looked);
        expect(outer.links().map(({ index, name, up, mtu }) => ({ index, name, up, mtu }))).to.have.deep.members(before);
      });

      it('undone, leaves alone what others have taken away or put in its place', async () => {
        addVeth();
        const netns = reg('netns');
        const plan = planMoveDevices({ 'sp-a': { name: 'eth0' } }, { netns });
        const open = sys('openat', [AT.FDCWD, pathOf(inside), O.RDONLY], { to: netns, say: 'open the namespace' });
        const child = runOps([open, ...plan.open, ...plan.move, sys('read', [0, new Uint8Array(1), 1]), raise('fails')], {
          wrapper: [
            'sh',
            '-c',
            `(sleep 0.3; nsenter --net=${pathOf(host)} ip link delete sp-b; nsenter --net=${pathOf(host)} ip link add sp-a type bridge) | ${inHost().join(' ')} "$0"`,
          ],
        });
        expect(await child).to.deep.equal(failed('fails'));
        expect(look(inner)).to.deep.equal({});
        expect(look(outer)).to.deep.equal({ 'sp-a (down)': [] });
      });

      it('keeps nothing open', async () => {
        addVeth();
        const [netns, next] = [reg('netns'), reg('next fd')];
        const plan = planMoveDevices({ 'sp-a': {}, 'sp-b': {} }, { netns });
        const open = (path: string, to: Reg): Op => sys('openat', [AT.FDCWD, path, O.RDONLY], { to, say: `open ${path}` });
        const { code } = await runOps(
          [
            open(pathOf(inside), netns),
            ...plan.open,
            ...plan.move,
            ...plan.keep,
            sys('close', [netns]),
            open('/dev/null', next),
            sys('exit_group', [next]),
          ],
          { wrapper: inHost() },
        );
        expect(code, 'the lowest free fd').to.equal(3);
        expect(look(inner)).to.deep.equal({ 'sp-a': [], 'sp-b': [] });
      });
    });
  });
});
