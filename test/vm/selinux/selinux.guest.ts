import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, buf, type Op, type Reg, reg, sys } from '@standpipe/program';
import { runOps } from '@standpipe/program/testing';
import {
  allocateLevel,
  isEnforcing,
  isLabelValid,
  isSelinuxEnabled,
  labelOf,
  labelOfFile,
  lacksNnpTransition,
  planSelinux,
  relabel,
  withLevel,
} from '@standpipe/selinux';
import { openPort, syscallNumber } from '@standpipe/syscalls';
import { bundle, type Bundle, leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Config, shell } from '../../end-to-end/specs.js';
import { freshId, standpipe, standpipePath } from '../../end-to-end/standpipe.js';

const KEYCTL_JOIN_SESSION_KEYRING = 1;
const KEYCTL_GET_SECURITY = 17;

const process_t = 'system_u:system_r:container_t:s0';
const file_t = 'system_u:object_r:container_file_t:s0';
const secret_t = 'system_u:object_r:secret_t:s0';

/** The policy that vm-run has loaded, as source and as the kernel takes it. */
const policy = { source: '/.vm/policy.conf', compiled: '/run/vm/policy' };

describe('containers under SELinux', function () {
  this.timeout(240_000);
  let folder: string;
  /** Of this container and of another. */
  let own: string;
  let other: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'standpipe-selinux-'));
    own = allocateLevel(join(folder, 'levels'), 'own');
    other = allocateLevel(join(folder, 'levels'), 'other');
  });
  after(() => rmSync(folder, { recursive: true }));
  leaveNothing({ ignore: ['fds'] });

  /** Its files are its own, but for some that are another container's, or nobody's. */
  function labelled(script: string, change: (config: Config) => void = () => undefined, files: Record<string, string> = {}): Bundle {
    const made = bundle(
      shell(script, (config) => {
        config.process!.selinuxLabel = withLevel(process_t, own);
        config.linux!.mountLabel = withLevel(file_t, own);
        change(config);
      }),
      { files: { 'srv/secret': 'secret', 'srv/other': 'other', 'srv/shared': 'shared', ...files } },
    );
    expect(relabel(made.rootfs, withLevel(file_t, own))).to.be.greaterThan(20);
    relabel(join(made.rootfs, 'srv/secret'), secret_t);
    relabel(join(made.rootfs, 'srv/other'), withLevel(file_t, other));
    relabel(join(made.rootfs, 'srv/shared'), withLevel(file_t, other), { shared: true });
    return made;
  }

  async function run(made: Bundle): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
    return { code, stdout, stderr };
  }

  it('are told apart by the kernel: the library sees that it runs', () => {
    expect(isSelinuxEnabled()).to.equal(true);
    expect(isEnforcing()).to.equal(true);
    expect([isLabelValid(process_t), isLabelValid('system_u:system_r:nothing_t:s0')]).to.deep.equal([true, false]);
    expect(lacksNnpTransition()).to.equal(false);
    expect(labelOf('self')).to.equal('system_u:system_r:kernel_t:s0-s0:c0.c1023');
    expect(labelOf(2 ** 22)).to.equal(undefined);
  });

  it('have files of theirs alone, and shared ones, by relabelling', () => {
    using made = labelled('true');
    expect(labelOfFile(join(made.rootfs, 'bin/busybox'))).to.equal(withLevel(file_t, own));
    expect(labelOfFile(join(made.rootfs, 'srv/shared'))).to.equal(file_t);
    expect(relabel(made.rootfs, withLevel(file_t, own))).to.equal(3);
    expect(() => relabel(made.rootfs, 'system_u:object_r:nothing_t:s0')).to.throw('is not valid in the policy that is loaded');
    expect(() => relabel('/proc/self/status', file_t)).to.throw('its filesystem keeps no labels');
  });

  for (const noNewPrivileges of [true, false]) {
    it(`are denied by type and by category, ${noNewPrivileges ? 'with' : 'without'} no_new_privs`, async () => {
      const script =
        'cat /proc/self/attr/current; echo; for f in secret other shared; do cat /srv/$f; echo; done; echo ok > /srv/free; cat /srv/free; echo x > /srv/other; echo shm > /dev/shm/f; cat /dev/shm/f';
      using made = labelled(script, (config) => (config.process!.noNewPrivileges = noNewPrivileges));
      const { stdout, stderr } = await run(made);
      expect(stdout.replaceAll('\0', '')).to.equal(`${withLevel(process_t, own)}\n\n\nshared\nok\nshm\n`);
      expect(stderr).to.match(
        /^cat: .*secret.*: Permission denied\ncat: .*other.*: Permission denied\n.*\/srv\/other: Permission denied\n$/,
      );
      expect(labelOfFile(join(made.rootfs, 'srv/free'))).to.equal(withLevel(file_t, own));
      expect(readFileSync(join(made.rootfs, 'srv/other'), 'utf8')).to.equal('other');
    });
  }

  it('are in a user namespace of their own, under seccomp, and all of this holds', async () => {
    const script =
      'cat /srv/other; echo shm > /dev/shm/f; cat /dev/shm/f; cat /proc/self/uid_map; cat /proc/self/attr/current; ls /dev/mqueue && echo queues';
    using made = labelled(script, (config) => {
      config.process!.noNewPrivileges = true;
      config.linux!.namespaces!.push({ type: 'user' });
      config.linux!.uidMappings = config.linux!.gidMappings = [{ containerID: 0, hostID: 100_000, size: 1000 }];
      config.linux!.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['openat2', 'fsopen'], action: 'SCMP_ACT_KILL_PROCESS' }],
      };
    });
    execFileSync('chown', ['-R', '100000:100000', made.rootfs]);
    const { stdout, stderr } = await run(made);
    expect(stderr).to.equal("cat: can't open '/srv/other': Permission denied\n");
    expect(stdout.replaceAll(/[\0 ]/g, '')).to.equal(`shm\n01000001000\n${withLevel(process_t, own)}queues\n`);
  });

  it('are denied it also when the image brings files to take the label to (CVE-2019-16884)', async () => {
    const attributes = { 'proc/thread-self/attr/exec': '', 'proc/self/attr/exec': '', 'proc/1/attr/exec': '' };
    using made = labelled(
      'cat /srv/other; cat /proc/*/attr/*',
      (config) => (config.mounts = config.mounts!.filter(({ type }) => type !== 'proc')),
      attributes,
    );
    expect(await run(made)).to.deep.include({ stdout: '', stderr: "cat: can't open '/srv/other': Permission denied\n" });
  });

  describe('created, started, and executed in', () => {
    const id = freshId();
    let made: Bundle;
    let pid: number;

    before(async () => {
      made = labelled('sleep 1000');
      const child = spawn(process.execPath, [standpipePath, 'create', '--bundle', made.path, '--pid-file', join(folder, 'pid'), id], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      expect(await new Promise((resolve) => child.once('exit', resolve))).to.equal(0);
      pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
      expect((await standpipe(['start', id])).code).to.equal(0);
    });
    after(async () => {
      const { code, stderr } = await standpipe(['delete', '--force', id]);
      made[Symbol.dispose]();
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    });

    it('have their label', () => {
      expect(labelOf(pid)).to.equal(withLevel(process_t, own));
    });

    it("have labelled mounts, but of what is also the host's", () => {
      const labelIn = (path: string): string | undefined => labelOfFile(`/proc/${String(pid)}/root${path}`);
      for (const path of ['/dev', '/dev/null', '/dev/pts', '/dev/pts/ptmx', '/dev/shm', '/dev/mqueue', '/proc/acpi'])
        expect(labelIn(path), path).to.equal(withLevel(file_t, own));
      for (const path of ['/proc', '/proc/1', '/sys', '/sys/kernel']) expect(labelIn(path), path).to.match(/:(proc_t|container_t):/);
      // On the host it is no other than before.
      expect(labelOfFile('/dev/mqueue')).not.to.equal(withLevel(file_t, own));
    });

    it('have a session keyring of their label', () => {
      const line = readFileSync('/proc/keys', 'utf8').match(new RegExp(`^([0-9a-f]+) .*_ses\\.${id}:`, 'm'));
      expect(line).not.to.equal(null);
      expect(labelOfKey(Number.parseInt(line![1]!, 16))).to.equal(withLevel(process_t, own));
    });

    const exec = async (...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> => {
      const { code, stdout, stderr } = await standpipe(['exec', ...words]);
      return { code, stdout: stdout.replaceAll('\0', ''), stderr };
    };

    it('give the label to what is executed in them', async () => {
      expect(await exec(id, 'sh', '-c', 'cat /proc/self/attr/current; cat /srv/other')).to.deep.equal({
        code: 1,
        stdout: withLevel(process_t, own),
        stderr: "cat: can't open '/srv/other': Permission denied\n",
      });
    });

    it('give it to a process from a file that names none', async () => {
      const file = join(folder, 'process.json');
      writeFileSync(
        file,
        JSON.stringify({ args: ['cat', '/proc/self/attr/current'], cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 } }),
      );
      expect(await exec('--process', file, id)).to.deep.equal({ code: 0, stdout: withLevel(process_t, own), stderr: '' });
    });

    it('or another that is named, which may do what it may do', async () => {
      const both = withLevel(process_t, 's0:c0.c1023');
      expect(await exec('--process-label', both, id, 'sh', '-c', 'cat /proc/self/attr/current; cat /srv/other')).to.deep.equal({
        code: 0,
        stdout: `${both}other`,
        stderr: '',
      });
      const foreign = await exec('--process-label', withLevel(process_t, other), id, 'touch', '/srv/ran');
      // It may not even read what it is.
      expect(foreign.code).not.to.equal(0);
      expect(() => readFileSync(join(made.rootfs, 'srv/ran'))).to.throw('ENOENT');
    });

    it('run nothing under a label that is none', async () => {
      const wrong = await exec('--process-label', 'system_u:system_r:nothing_t:s0', id, 'touch', '/srv/ran');
      expect(wrong).to.deep.include({ code: 255, stdout: '' });
      expect(wrong.stderr).to.include('the SELinux label "system_u:system_r:nothing_t:s0" is not valid in the policy that is loaded');
      expect(() => readFileSync(join(made.rootfs, 'srv/ran'))).to.throw('ENOENT');
    });
  });

  describe('are not made, and nothing ran,', () => {
    const refused = async (change: (config: Config) => void): Promise<string> => {
      using made = labelled('echo ran > /srv/ran; echo ran', change);
      const { code, stdout, stderr } = await run(made);
      expect(code).to.be.greaterThan(0);
      expect(stdout).to.equal('');
      expect(() => readFileSync(join(made.rootfs, 'srv/ran'))).to.throw('ENOENT');
      return stderr;
    };

    it('when their label is not valid', async () => {
      expect(await refused((config) => (config.process!.selinuxLabel = 'system_u:system_r:nothing_t:s0'))).to.equal(
        'standpipe: the SELinux label "system_u:system_r:nothing_t:s0" is not valid in the policy that is loaded\n',
      );
    });

    it('when that of their mounts is not', async () => {
      const stderr = await refused((config) => (config.linux!.mountLabel = 'system_u:object_r:nothing_t:s0'));
      expect(stderr).to.include('set its option "context=system_u:object_r:nothing_t:s0": invalid argument');
    });

    it('when their label may not be changed to', async () => {
      // A label that there is, and that no process may get by executing one of these files.
      expect(await refused((config) => (config.process!.selinuxLabel = withLevel(file_t.replace('object_r', 'system_r'), own)))).to.match(
        /not valid|permission denied/i,
      );
    });

    it('when the policy does not allow it with no_new_privs, and a warning says why', async () => {
      const source = readFileSync(policy.source, 'utf8').replace(/^policycap .*;$/m, '');
      const changed = join(folder, 'policy');
      writeFileSync(`${changed}.conf`, source);
      execFileSync('checkpolicy', ['-M', '-U', 'allow', '-c', '33', '-o', changed, `${changed}.conf`], { stdio: 'pipe' });
      loadPolicy(changed);
      try {
        expect(lacksNnpTransition()).to.equal(true);
        const stderr = await refused((config) => (config.process!.noNewPrivileges = true));
        expect(stderr).to.match(/warning: \/process\/noNewPrivileges .*nnp_nosuid_transition/);
        expect(stderr).to.match(/exec .*: operation not permitted/i);
      } finally {
        loadPolicy(policy.compiled);
      }
      expect(lacksNnpTransition()).to.equal(false);
    });
  });

  it('label their keyring, and no key that comes after', async () => {
    const { check, keys, exec } = planSelinux(withLevel(process_t, own), { keyring: true });
    const [session, later, length] = [reg('session'), reg('later'), reg('length')];
    const labels = buf('labels', 256);
    const joinKeyring = (name: string, to: Reg): Op => sys('keyctl', [KEYCTL_JOIN_SESSION_KEYRING, name], { to, say: 'join' });
    const show = (key: Reg): Op[] => [
      sys('keyctl', [KEYCTL_GET_SECURITY, key, at(labels, 0), 256], { to: length, say: 'read the label' }),
      sys('write', [1, labels, length], { say: 'write' }),
    ];
    const ops = [...check, ...keys, joinKeyring('first', session), ...exec, joinKeyring('second', later), ...show(session), ...show(later)];
    const { code, stdout, stderr } = await runOps(ops);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout.split('\0')).to.deep.equal([withLevel(process_t, own), 'system_u:system_r:kernel_t:s0-s0:c0.c1023', '']);
  });
});

function labelOfKey(key: number): string {
  const port = openPort();
  const buffer = Buffer.alloc(256);
  const length = port.syscall(syscallNumber('keyctl', port.arch), KEYCTL_GET_SECURITY, key, buffer, buffer.byteLength);
  expect(length).to.be.greaterThan(0);
  return buffer.subarray(0, length - 1).toString();
}

/** The kernel takes a policy in one write. */
function loadPolicy(path: string): void {
  writeFileSync('/sys/fs/selinux/load', readFileSync(path));
}
