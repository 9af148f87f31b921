import { readFileSync } from 'node:fs';
import { run, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import type { Outcome } from '@standpipe/program/testing';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { type NamespaceEntry, type NamespaceSettings, planNamespaceSettings } from '../src/index.js';
import { failed, fine, runShell } from './run.js';

const kinds = ['uts', 'ipc', 'network', 'user'];
/** Everything in new namespaces, of which procfs is a part: as a container's half is. */
const inNew = ['unshare', '-mpuni', '--fork', '--kill-child'];

function set(
  settings: NamespaceSettings,
  script: string,
  wrapper = inNew,
  namespaces: readonly NamespaceEntry[] = kinds.map((type) => ({ type })),
): Promise<Outcome> {
  const { host, container } = planNamespaceSettings(settings, { namespaces });
  return runShell([...host, ...container], script, { wrapper });
}

describe('planNamespaceSettings on Linux', () => {
  leaveNothing();
  const hostName = readFileSync('/proc/sys/kernel/hostname', 'utf8');
  before(function () {
    needsRoot(this);
    needs(this, 'unshare');
  });

  it('sets names', async () => {
    expect(await set({ hostname: 'b0x', domainname: 'example' }, 'hostname; cat /proc/sys/kernel/domainname')).to.deep.equal(
      fine('b0x\nexample\n'),
    );
    expect(readFileSync('/proc/sys/kernel/hostname', 'utf8')).to.equal(hostName);
  });

  const sysctl = {
    'net.ipv4.ip_forward': '1',
    'net/ipv4/conf/lo/forwarding': '1',
    'kernel.shm_rmid_forced': '1',
    'fs.mqueue.msg_max': '21',
    'kernel.domainname': 'dom',
    'kernel.sem': '100 200 30 40',
  };
  const show =
    'mount -t proc proc /proc; cd /proc/sys; cat net/ipv4/ip_forward net/ipv4/conf/lo/forwarding kernel/shm_rmid_forced fs/mqueue/msg_max kernel/domainname kernel/sem | tr "\\t" " "';

  it('sets sysctls of every kind of namespace', async () => {
    expect(await set({ sysctl }, show)).to.deep.equal(fine('1\n1\n1\n21\ndom\n100 200 30 40\n'));
  });

  it("writes to procfs itself, whatever lies at the container's /proc (CVE-2025-52881)", async () => {
    const attacks: [what: string, before: string, after: string][] = [
      ['a read-only /proc/sys', 'mount -t proc proc /proc && mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys', ''],
      ['a tmpfs over /proc/sys', 'mount -t proc proc /proc && mount -t tmpfs none /proc/sys', 'umount /proc/sys;'],
      [
        'a file over a sysctl',
        'mount -t proc proc /proc && mount --bind /proc/uptime /proc/sys/net/ipv4/ip_forward',
        'umount /proc/sys/net/ipv4/ip_forward;',
      ],
      ['a link in the place of /proc', 'mount -t tmpfs none /proc && mkdir /proc/sys', 'umount /proc;'],
      ['no /proc', 'umount -l /proc', ''],
    ];
    for (const [what, before, after] of attacks) {
      const wrapper = [...inNew, 'sh', '-c', `${before} && exec "$0" "$@"`];
      expect(await set({ sysctl }, after + show, wrapper), what).to.deep.equal(fine('1\n1\n1\n21\ndom\n100 200 30 40\n'));
    }
  });

  describe('where a procfs of its own cannot be had', () => {
    // Root in a user namespace, in the pid namespace of the host.
    const inUser = (before: string): string[] => ['unshare', '-Umuni', '--map-root-user', 'sh', '-c', `${before} exec "$0" "$@"`];
    const net = { 'net.ipv4.ip_forward': '1', 'user.max_net_namespaces': '77' };

    it('takes the one at /proc', async () => {
      expect(await set({ sysctl: net }, 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/user/max_net_namespaces', inUser(''))).to.deep.equal(
        fine('1\n77\n'),
      );
    });

    it('but none that is not one, is a part of one, or has something lying over the file', async () => {
      const one = { sysctl: { 'net.ipv4.ip_forward': '1' } };
      expect(await set(one, 'true', inUser('mount -t tmpfs none /proc &&'))).to.deep.equal(
        failed('the /proc of the container is no procfs'),
      );
      expect(await set(one, 'true', inUser('mount --rbind /proc/self /proc &&'))).to.deep.equal(
        failed('the /proc of the container is no procfs, but a part of one'),
      );
      const over = await set(one, 'true', inUser('mount --bind /dev/null /proc/sys/net/ipv4/ip_forward &&'));
      expect(over).to.deep.equal(failed('set the sysctl net.ipv4.ip_forward to "1": invalid cross-device link'));
      expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim()).to.match(/^[01]$/);
    });
  });

  it('says which sysctl there is not, and which value it does not take', async () => {
    expect(await set({ sysctl: { 'net.ipv4.no_such': '1' } }, 'true')).to.deep.equal(
      failed('set the sysctl net.ipv4.no_such to "1": no such file or directory'),
    );
    expect(await set({ sysctl: { 'net.ipv4.ip_forward': 'x' } }, 'true')).to.deep.equal(
      failed('set the sysctl net.ipv4.ip_forward to "x": invalid argument'),
    );
  });

  it("refuses a namespace joined by path that is the runtime's own", async () => {
    const uts = [
      { type: 'uts', path: '/proc/1/ns/uts' },
      { type: 'network', path: '/proc/1/ns/net' },
    ];
    expect(await set({ hostname: 'owned' }, 'true', [], uts)).to.deep.equal(
      failed('the hostname "owned" would be set for the whole host: the uts namespace "/proc/1/ns/uts" is the host\'s'),
    );
    expect(await set({ sysctl: { 'net.ipv4.ip_forward': '1' } }, 'true', [], uts)).to.deep.equal(
      failed('the sysctl "net.ipv4.ip_forward" would be set for the whole host: the network namespace "/proc/1/ns/net" is the host\'s'),
    );
    expect(readFileSync('/proc/sys/kernel/hostname', 'utf8')).to.equal(hostName);
  });

  it('takes one joined by path that is another', async () => {
    const { host, container } = planNamespaceSettings({ hostname: 'joined' }, { namespaces: [{ type: 'uts', path: '/some/where' }] });
    const join = { op: 'syscall', name: 'unshare', args: [0x04000000], say: 'be in another one' } as const;
    expect(await runShell([...host, join, ...container], 'hostname')).to.deep.equal(fine('joined\n'));
  });

  it('leaves the host as it was', async () => {
    const { stdout } = await run('hostname');
    expect(stdout).to.equal(hostName);
  });
});
