import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeNetworkNamespace, RouteSocket } from '@standpipe/netlink';
import type { OwnedFd } from '@standpipe/syscalls';
import { bundle, leaveNothing, needs, needsRoot, type Ran, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { type Config, shell } from './specs.js';
import { freshId, standpipePath } from './standpipe.js';

describe('a container with network devices of the host', () => {
  leaveNothing(); // looked at when what a test had open is closed again

  describe('which is a namespace that nobody else is in', () => {
    let host: OwnedFd;
    let outer: RouteSocket;

    before(function () {
      needsRoot(this);
      for (const program of ['busybox', 'nsenter']) needs(this, program);
    });
    beforeEach(() => {
      host = makeNetworkNamespace();
      outer = new RouteSocket({ netns: host.fd });
      outer.addLink({ kind: 'veth', name: 'sp-a', peer: { name: 'sp-b' }, address: '02:00:00:00:00:07' });
      outer.setLink('sp-b', { up: true });
      outer.addAddress('sp-a', '10.1.0.1/24');
      outer.addAddress('sp-a', 'fd00::1/64', { flags: 0x2 });
    });
    afterEach(() => {
      outer.close();
      host.close();
    });

    const pathOf = ({ fd }: OwnedFd): string => `/proc/${process.pid}/fd/${fd}`;
    const here = (): string[] => outer.links().map(({ name }) => name);

    async function standpipe(words: readonly string[]): Promise<Ran> {
      return run('nsenter', [`--net=${pathOf(host)}`, process.execPath, standpipePath, ...words]);
    }

    async function start(script: string, change: (config: Config) => void): Promise<Ran> {
      using made = bundle(shell(script, change));
      const owner = JSON.parse(readFileSync(join(made.path, 'config.json'), 'utf8')) as Config;
      if (owner.linux?.uidMappings !== undefined) await run('chown', ['-R', '100000:100000', made.rootfs]);
      return await standpipe(['run', '--bundle', made.path, freshId()]);
    }

    const show = 'ip -o addr | grep -v fe80 | tr -s " " | cut -d" " -f2-4; cat /sys/class/net/*/flags';
    const shown = ['lo inet 127.0.0.1/8', 'lo inet6 ::1/128', 'eth0 inet 10.1.0.1/24', 'eth0 inet6 fd00::1/64', '0x1003', '0x9', ''].join(
      '\n',
    );

    it('has them under their new names, up, with their addresses, and takes them along when it ends', async () => {
      const { code, stdout, stderr } = await start(show, ({ linux }) => {
        linux!.netDevices = { 'sp-a': { name: 'eth0' } };
      });
      expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: shown, stderr: '' });
      // The kernel ends a namespace when it comes to it.
      for (let waited = 0; here().length > 1 && waited < 200; waited++) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(here()).to.deep.equal(['lo']);
    });

    it('has their files belong to its root, in a user namespace', async () => {
      const { code, stdout, stderr } = await start(
        'stat -c %u:%g /sys/class/net/eth0/mtu; ip link set eth0 mtu 1300 && cat /sys/class/net/eth0/mtu',
        ({ linux, process }) => {
          linux!.namespaces!.push({ type: 'user' });
          linux!.uidMappings = linux!.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
          linux!.netDevices = { 'sp-a': { name: 'eth%d' } };
          for (const set of ['bounding', 'effective', 'permitted'] as const) process!.capabilities![set]!.push('CAP_NET_ADMIN');
        },
      );
      expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: '0:0\n1300\n', stderr: '' });
    });

    it('joins a namespace, and leaves them in there', async () => {
      using netns = makeNetworkNamespace();
      const { code, stdout, stderr } = await start('ip -o link | wc -l', ({ linux }) => {
        linux!.namespaces!.find(({ type }) => type === 'network')!.path = pathOf(netns);
        linux!.netDevices = { 'sp-a': {} };
      });
      expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: '2\n', stderr: '' });
      using inner = new RouteSocket({ netns: netns.fd });
      expect(inner.link('sp-a')).to.deep.include({ up: true, address: '02:00:00:00:00:07' });
      expect(inner.link('lo').up, 'what a joined namespace looks like is not its business').to.equal(false);
      expect(inner.addresses({ family: 'inet' }).map(({ address }) => address)).to.deep.equal(['10.1.0.1']);
    });

    it('gives them back when it can not start', async () => {
      const before = outer.links().map(({ index, name, up }) => ({ index, name, up }));
      const { code, stderr } = await start('never', (config) => {
        config.process!.args = ['/no/such/command'];
        config.linux!.netDevices = { 'sp-a': { name: 'eth0' } };
      });
      expect(code).to.equal(1);
      expect(stderr).to.include('"/no/such/command"');
      expect(outer.links().map(({ index, name, up }) => ({ index, name, up }))).to.have.deep.members(before);
      expect(
        outer
          .addresses()
          .filter(({ scope }) => scope === 'global')
          .map(({ address }) => address),
      ).to.have.members(['10.1.0.1', 'fd00::1']);
    });

    it('does not start without them, or where its network is that of the host', async () => {
      const missing = await start('true', ({ linux }) => {
        linux!.netDevices = { 'sp-a': {}, 'sp-none': {} };
      });
      expect(missing.code).to.equal(1);
      expect(missing.stderr).to.include('find the network device "sp-none" on the host: no such device');
      const alone = await start('true', ({ linux }) => {
        linux!.namespaces = linux!.namespaces!.filter(({ type }) => type !== 'network');
        linux!.netDevices = { 'sp-a': {} };
      });
      expect(alone.code).to.equal(1);
      expect(alone.stderr).to.include('there is no network namespace to move devices to');
      const itself = await start('true', ({ linux }) => {
        linux!.namespaces!.find(({ type }) => type === 'network')!.path = pathOf(host);
        linux!.netDevices = { 'sp-a': {} };
      });
      expect(itself.code).to.equal(1);
      expect(itself.stderr).to.include('the container is in the network namespace of the host');
      expect(here()).to.have.members(['lo', 'sp-a', 'sp-b']);
    });

    it('has neither them nor loopback without the plugin, and runs all the same', async () => {
      using made = bundle(
        shell('ip -o link | wc -l; cat /sys/class/net/lo/flags', ({ linux }) => {
          linux!.netDevices = { 'sp-a': {} };
        }),
        { files: { '../assembly.json': JSON.stringify({ api: 1, extends: 'default', disabled: ['network'] }) } },
      );
      const words = ['--assembly', join(made.path, 'assembly.json'), 'run', '--bundle', made.path, freshId()];
      const { code, stdout, stderr } = await standpipe(words);
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '1\n0x8\n' });
      expect(stderr).to.include('/linux/netDevices is not put into effect: this assembly has no plugin for it (network)');
      expect(here()).to.include('sp-a');
    });

    it('has them when it is compiled, with the addresses of the moment', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'standpipe-net-'));
      try {
        using made = bundle(
          shell(show, ({ linux }) => {
            linux!.netDevices = { 'sp-a': { name: 'eth0' } };
          }),
        );
        const app = join(dir, 'app');
        const compiled = await standpipe(['compile', '--bundle', made.path, '-o', app]);
        expect(compiled).to.include({ code: 0, stderr: '' });
        outer.deleteAddress('sp-a', '10.1.0.1/24');
        outer.addAddress('sp-a', '10.77.0.1/24');
        const { code, stdout, stderr } = await run('nsenter', [`--net=${pathOf(host)}`, app]);
        expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: shown.replace('10.1.0.1', '10.77.0.1'), stderr: '' });
      } finally {
        rmSync(dir, { recursive: true });
      }
    });
  });
});
