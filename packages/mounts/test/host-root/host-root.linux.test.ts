import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Op, reg, sys, words } from '@standpipe/program';
import { type Outcome, runOps } from '@standpipe/program/testing';
import { leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type HostTree, planHostRoot, readHostTree } from '../../src/host-root.js';

const MNT_DETACH = 2;
const ordinary = [
  'setpriv',
  '--reuid=1000',
  '--regid=1000',
  '--clear-groups',
  '--',
  'unshare',
  '--user',
  '--map-root-user',
  '--mount',
  '--pid',
  '--fork',
];
const privileged = ['unshare', '--mount', '--pid', '--fork'];
const ownId = [{ containerID: 0, hostID: 1000, size: 1 }];
const namespaceOf = { uidMappings: ownId, gidMappings: ownId };

interface Sandbox {
  /** Run by the shell in the new root. */
  readonly script: string;
  readonly wrapper?: readonly string[];
  readonly userNamespace?: typeof namespaceOf;
  readonly wanted?: readonly string[];
  readonly size?: string;
  readonly tree?: HostTree;
}

/** Does something in the mount namespace first. */
function prepared(script: string): string[] {
  return [...privileged, 'sh', '-ec', `${script}; exec "$@"`, 'sh'];
}

/** Goes into the new root as a container does, and has a shell there. */
function runIn({ script, wrapper = privileged, wanted, tree = readHostTree(wanted), ...input }: Sandbox): Promise<Outcome> {
  const root = reg('root');
  const proc = reg('proc');
  const enter: Op[] = [
    // In a user namespace only as long as another procfs is in sight.
    sys('fsopen', ['proc', 0], { to: proc, say: 'open proc' }),
    sys('fsconfig', [proc, 6, null, null, 0], { say: 'make proc' }),
    sys('fsmount', [proc, 0, 0], { to: proc, say: 'mount proc' }),
    sys('move_mount', [proc, '', root, 'proc', 4], { say: 'mount proc on /proc' }),
    sys('fchdir', [root], { say: 'enter the new root' }),
    sys('pivot_root', ['.', '.'], { say: 'pivot' }),
    sys('umount2', ['.', MNT_DETACH], { say: 'leave the old root' }),
    sys('chdir', ['/'], { say: 'enter /' }),
    sys('execve', ['/bin/sh', words('argv', ['sh', '-c', script, null]), words('envp', ['PATH=/usr/sbin:/usr/bin', null])], {
      say: 'execute a shell',
    }),
  ];
  return runOps([...planHostRoot({ tree, ...input }, { root }), ...enter], { wrapper });
}

describe('planHostRoot', () => {
  leaveNothing();
  let folder: string;

  beforeEach(function () {
    needsRoot(this);
    needs(this, 'unshare');
    needs(this, 'setpriv');
    // Not below /tmp, which is empty inside.
    folder = mkdtempSync('/var/lib/standpipe-host-root-');
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'file'), 'host\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows what the host has, and what is written to it goes nowhere', async () => {
    const { stdout, stderr } = await runIn({
      script: `cat ${folder}/file; echo changed > ${folder}/file; cat ${folder}/file; rm -r ${folder}; ls -d ${folder} 2>/dev/null; echo > /etc/standpipe-was-here; ls /etc/standpipe*`,
    });
    expect(stderr).to.equal('');
    expect(stdout).to.equal('host\nchanged\n/etc/standpipe-was-here\n');
    expect(readFileSync(join(folder, 'file'), 'utf8')).to.equal('host\n');
    expect(existsSync('/etc/standpipe-was-here')).to.equal(false);
  });

  it('has the entries of the host, with their owners and modes', async () => {
    const script = 'cd / && stat -c "%n %a %u %g" *';
    const { stdout } = await runIn({ script });
    expect(stdout).to.equal(execFileSync('sh', ['-c', script], { encoding: 'utf8' }));
  });

  it('leaves the folders of the kernel, of services and of temporary files empty', async () => {
    const { stdout } = await runIn({ script: 'ls -A /dev /run /sys /tmp' });
    expect(stdout).to.equal('/dev:\n\n/run:\n\n/sys:\n\n/tmp:\n');
  });

  it('takes no more than its size', async () => {
    const { stdout } = await runIn({ size: '1m', script: 'cat /usr/bin/* 2>&- > /etc/big || wc -c < /etc/big' });
    expect(Number(stdout)).to.be.greaterThan(0).and.lessThan(1_048_577);
  });

  it('lets nothing gain privileges, and executes nothing where the host does not', async () => {
    const found = readHostTree();
    const tree = { ...found, mounts: [...found.mounts, { mountPoint: '/srv', type: 'ext4', options: ['rw', 'noexec'] }] };
    const { stdout } = await runIn({
      tree,
      script: `while read -r _ _ _ _ at options _; do echo "$at $options"; done < /proc/self/mountinfo`,
    });
    const options = new Map(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );
    for (const at of ['/', '/usr', '/etc']) expect(options.get(at), at).to.equal('rw,nosuid,nodev,relatime');
    expect(options.get('/srv')).to.equal('rw,nosuid,nodev,noexec,relatime');
    // Nothing of the old root, nor the tmpfs that the layers lie on.
    expect([...options.keys()].filter((at) => at.startsWith('/dev') || at.startsWith('/sys'))).to.deep.equal([]);
    expect(stdout.split('\n').filter((line) => /^\/(proc)? /.test(line))).to.have.lengthOf(2);
  });

  it('shows read-only what can be no layer', async () => {
    // Two overlays one above the other is what the kernel takes.
    const twice = `mount -t tmpfs t /media; mkdir -p /media/1/u /media/1/w /media/2/u /media/2/w; echo deep > /media/1/u/file
      for i in 1 2; do mount -t overlay o -o lowerdir=/srv,upperdir=/media/$i/u,workdir=/media/$i/w /srv; done; umount -l /media`;
    const { stdout, stderr } = await runIn({
      wrapper: prepared(twice),
      script: 'cat /srv/file; echo > /srv/new || echo refused; echo > /etc/new && echo written',
    });
    expect(stdout, stderr).to.equal('deep\nrefused\nwritten\n');
  });

  describe('mounts further below', () => {
    let mounted: string;
    let tree: HostTree;
    let wrapper: string[];

    beforeEach(() => {
      mounted = join(folder, 'disk');
      mkdirSync(mounted);
      const found = readHostTree();
      tree = { ...found, mounts: [...found.mounts, { mountPoint: mounted, type: 'tmpfs', options: ['rw'] }] };
      wrapper = prepared(`mount -t tmpfs disk ${mounted}; mkdir ${mounted}/inner; echo disk > ${mounted}/inner/file`);
    });

    it('stay visible, read-only', async () => {
      const { stdout } = await runIn({
        tree,
        wrapper,
        script: `cat ${mounted}/inner/file; echo x > ${mounted}/inner/file || echo refused; echo x > ${folder}/file && echo written`,
      });
      expect(stdout).to.equal('disk\nrefused\nwritten\n');
    });

    it('are below an overlay of their own when the working directory is there', async () => {
      const stat = { mode: 0o755, uid: 0, gid: 0 };
      const wanted = [['/var', '/var/lib', folder, mounted, `${mounted}/inner`].map((path) => ({ path, ...stat }))];
      const { stdout } = await runIn({
        tree: { ...tree, wanted },
        wrapper,
        script: `echo changed > ${mounted}/inner/file; cat ${mounted}/inner/file`,
      });
      expect(stdout).to.equal('changed\n');
    });

    it('that are gone leave what lies below', async () => {
      const { stdout } = await runIn({
        tree: { ...tree, mounts: [...tree.mounts, { mountPoint: '/var/no/such', type: 'ext4', options: ['rw'] }] },
        script: `ls ${mounted}; echo fine`,
      });
      expect(stdout).to.equal('fine\n');
    });

    it('appear in no way when they are made later', async () => {
      const shared = ['unshare', '--mount', '--propagation=shared', '--pid', '--fork', ...wrapper.slice(privileged.length)];
      const script = `cat ${mounted}/inner/file; while read -r _ _ _ _ at _ tag _; do echo "$at $tag"; done < /proc/self/mountinfo`;
      const { stdout } = await runIn({ tree, wrapper: shared, script });
      expect(stdout)
        .to.match(/^disk\n/)
        .and.contain(`${mounted} -`);
      expect(stdout).to.not.match(/shared|master/);
    });

    it('are shown with their folder, read-only, to an ordinary user', async () => {
      const user = [...ordinary, 'sh', '-ec', `mount -t tmpfs disk ${mounted}; echo disk > ${mounted}/file; exec "$@"`, 'sh'];
      const { stdout, stderr } = await runIn({
        tree,
        wrapper: user,
        userNamespace: namespaceOf,
        script: `cat ${mounted}/file; echo x > ${mounted}/file || echo refused; echo x > /var/tmp/x || echo refused; echo > /home/x && echo written`,
      });
      expect(stdout, stderr).to.equal('disk\nrefused\nrefused\nwritten\n');
    });
  });

  describe('for an ordinary user', () => {
    let own: string;

    beforeEach(() => {
      own = join(folder, 'a:b,c\\d e');
      mkdirSync(own);
      writeFileSync(join(own, 'file'), 'own\n');
      for (const path of [own, join(own, 'file')]) chownSync(path, 1000, 1000);
    });

    const asUser = { wrapper: ordinary, userNamespace: namespaceOf };

    it('lets them change what is theirs, and it goes nowhere', async () => {
      const { stdout, stderr } = await runIn({
        ...asUser,
        wanted: [own],
        script: `cd '${own}'; cat file; echo changed > file; cat file; rm file; mkdir file; ls -A file; stat -c %a:%u .`,
      });
      expect(stderr).to.equal('');
      expect(stdout).to.equal('own\nchanged\n755:0\n');
      expect(readFileSync(join(own, 'file'), 'utf8')).to.equal('own\n');
    });

    it('would not, in a folder of somebody else, without being asked to', async () => {
      const { stdout } = await runIn({ ...asUser, script: `echo changed > '${own}/file' || cat '${own}/file'` });
      expect(stdout).to.equal('own\n');
    });

    it("keeps what they can't read and write outside", async () => {
      writeFileSync(join(folder, 'secret'), 'secret', { mode: 0o600 });
      const { stdout, stderr } = await runIn({
        ...asUser,
        script: `cat ${folder}/secret /etc/shadow; ls /root; echo x > ${folder}/file; chmod 777 /root ${folder}; echo x > /usr/bin/env; true`,
      });
      expect(stdout).to.equal('');
      expect(stderr.match(/denied|not permitted|too large/g)).to.have.lengthOf.at.least(5);
    });

    it('leaves them nothing to uncover, be they root of a namespace of their own inside', async () => {
      const { stdout } = await runIn({
        ...asUser,
        script: `
          exec 2>&1
          unshare -Urm sh -c 'umount -l /usr; ls -d /usr/bin'
          unshare -Urm sh -c 'umount -l /; ls -d /usr/bin'
          unshare -Urm sh -c 'mount --bind / /media && ls -A /media/usr'
          unshare -Urm mount -o remount,bind,rw,suid,dev /usr || echo refused
          mkdir /mark; cd /; ls -d ../../../../mark /proc/1/root/mark /proc/self/cwd/../mark`,
      });
      const lines = stdout
        .trim()
        .split('\n')
        .filter((line) => !/^(umount|mount|unshare): |dmesg/.test(line));
      expect(lines).to.deep.equal(['/usr/bin', '/usr/bin', 'refused', '../../../../mark', '/proc/1/root/mark', '/proc/self/cwd/../mark']);
    });
  });
});
