import type { Spec } from '@standpipe/oci-spec';
import { disassemble, link, reg } from '@standpipe/program';
import { NetworkNamespace } from '@standpipe/runtime-api';
import { planCreate } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import network, { networkPlugin } from '../src/index.js';

async function program(linux: Spec['linux'], target?: NetworkNamespace): Promise<{ host: string; container: string }> {
  const { program: draft } = await planCreate(networkPlugin, {
    spec: { linux },
    prepare: ({ slots }) => {
      if (target !== undefined) slots.set(NetworkNamespace, target);
    },
  });
  const text = disassemble(link(draft.source()));
  const at = text.search(/^container$/m);
  return { host: text.slice(0, at), container: text.slice(at) };
}

describe('the network plugin', () => {
  it('is exported by name and as default', () => {
    expect(network).to.equal(networkPlugin);
  });

  it('brings up loopback in a new network namespace alone', async () => {
    const up = '# network/network.loopback: bring up the loopback device (/linux/namespaces/1)';
    const { host, container } = await program({ namespaces: [{ type: 'pid' }, { type: 'network' }] });
    expect(container).to.include(up).and.to.include('socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, 0)');
    expect(host).not.to.include('AF_NETLINK');
    for (const namespaces of [[], [{ type: 'network' as const, path: '/run/netns/blue' }]]) {
      expect((await program({ namespaces })).container).not.to.include('AF_NETLINK');
    }
    expect((await program(undefined)).container).not.to.include('AF_NETLINK');
  });

  it('moves devices in the host half, and then leaves them there', async () => {
    const { host, container } = await program({ netDevices: { eth0: { name: 'net%d' }, 'a.b': {} } }, { pidfd: reg('pidfd') });
    const places = [
      '# network/network.open: open rtnetlink on the host (/linux/netDevices)',
      'setns(pidfd, CLONE_NEWNET)',
      'setns(host_network_namespace, CLONE_NEWNET)',
      '# network/network.devices: move the network device "eth0" into the container as "net%d" (/linux/netDevices/eth0)',
      '# network/network.devices: move the network device "a.b" into the container (/linux/netDevices/a.b)',
      '# network/network.keep',
      '# network/network.devices: move the network device "a.b" back to the host (/linux/netDevices/a.b)',
      '# network/network.devices: move the network device "eth0" back to the host (/linux/netDevices/eth0)',
    ].map((sentence) => host.indexOf(sentence));
    expect(places).to.deep.equal(places.toSorted((a, b) => a - b));
    expect(places).not.to.include(-1);
    expect(container).not.to.include('AF_NETLINK');
  });

  it('reaches a namespace that is joined by its fd', async () => {
    const { host } = await program({ netDevices: { eth0: {} } }, { netns: reg('joined') });
    expect(host).to.include('setns(joined, CLONE_NEWNET)');
  });

  it('refuses devices for a container in the network namespace of the host, and names that are none', async () => {
    const issuesOf = async (netDevices: NonNullable<Spec['linux']>['netDevices'], target?: NetworkNamespace): Promise<unknown> => {
      const error: unknown = await program({ netDevices }, target).catch((thrown: unknown) => thrown);
      return (error as { cause: { issues: { pointer: string }[] } }).cause.issues.map(({ pointer }) => pointer);
    };
    expect(await issuesOf({ eth0: {} })).to.deep.equal(['/linux/netDevices']);
    expect(await issuesOf({ eth0: { name: 'x' }, eth1: { name: 'x' } }, { pidfd: reg('pidfd') })).to.deep.equal([
      '/linux/netDevices/eth1/name',
    ]);
  });

  it('appends nothing when there is nothing to do', async () => {
    expect((await program({ netDevices: {} })).host).not.to.include('# network');
  });
});
