import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from '@standpipe/program/testing';
import { leaveNothing, needs, needsRoot, run, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Mount } from '../src/index.js';
import { cgroupFacts, type ContainerSettings, flagsOf, inContainer, mountAt } from './container.js';

const show = 'cat /proc/self/mountinfo';

/** Who starts the container: root of this machine, or an ordinary user; both are root in the container's user namespace. */
const starters = [
  ['root', []],
  ['an ordinary user', ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--']],
] as const;

for (const [name, as] of starters) {
  describe(`planMounts in a user namespace of ${name}`, () => {
    let dir: string;
    let target: string;
    let source: string;

    before(async function () {
      needsRoot(this);
      needs(this, 'unshare');
      needs(this, 'setpriv');
      if ((await run('unshare', ['--user', 'true'])).code !== 0) skip(this, 'no user namespaces');
    });
    leaveNothing({ ignore: ['state'] });
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'standpipe-userns-'));
      chmodSync(dir, 0o755);
      [target, source] = ['target', 'source'].map((one) => join(dir, one)) as [string, string];
      for (const path of [target, source]) {
        mkdirSync(path);
        if (as.length > 0) chownSync(path, 1000, 1000);
      }
      writeFileSync(join(source, 'file'), 'content\n');
    });
    afterEach(() => {
      rmSync(dir, { recursive: true });
    });

    const settings: ContainerSettings = {
      as,
      namespaces: { user: true },
      rootless: as.length > 0,
      unshare: ['--user', '--map-root-user', '--pid', '--fork'],
      cgroups: cgroupFacts(),
    };
    async function make(mount: Partial<Mount>, script = show, more: ContainerSettings = {}): Promise<Outcome> {
      return inContainer(script, { ...settings, ...more, mounts: [{ destination: target, ...mount }] });
    }
    /** Runs a test in a mount namespace where the source is a mount with these options, which the user namespace then may not lift. */
    async function locked(mountOptions: string, options: string[]): Promise<{ flags: string; stderr: string }> {
      const script = join(dir, 'run.mjs');
      const container = { ...settings, mounts: [{ destination: target, source, options: ['bind', ...options] }] };
      writeFileSync(
        script,
        `import { inContainer } from ${JSON.stringify(new URL('./container.js', import.meta.url).href)};
         const { stdout, stderr } = await inContainer(${JSON.stringify(show)}, ${JSON.stringify(container)});
         process.stdout.write(stdout); process.stderr.write(stderr);`,
      );
      const { stdout, stderr } = await run('unshare', [
        '--mount',
        'sh',
        '-ec',
        `mount -t tmpfs -o ${mountOptions} t ${source}; ${process.execPath} ${script}`,
      ]);
      const flags = stderr === '' ? flagsOf(mountAt({ stdout, stderr } as Outcome, target)) : '';
      return { flags, stderr: stderr.trim().replaceAll(dir, '') };
    }

    it('makes a tmpfs, a procfs and a devpts', async () => {
      expect((await make({ type: 'tmpfs', options: ['nosuid', 'mode=700'] }, `stat -c %a:%u ${target}`)).stdout).to.equal('700:0\n');
      expect((await make({ type: 'proc' }, `cat ${target}/1/comm`)).stdout).to.equal('sh\n');
      expect((await make({ type: 'devpts', options: ['newinstance', 'ptmxmode=0666'] }, `ls ${target}`)).stdout).to.equal('ptmx\n');
    });

    it('names the option that asks for an id that is not mapped', async () => {
      expect((await make({ type: 'devpts', options: ['gid=5'] })).stderr).to.equal(
        `mount "devpts" on "${target}": set its option "gid=5": invalid argument\n`,
      );
    });

    it('makes a sysfs with a network namespace, and says so without one', async () => {
      const alone = await make({ type: 'sysfs' });
      expect(alone.stderr).to.equal(
        `mount "sysfs" on "${target}" (in a user namespace it needs a new network namespace too, or else bind "/sys" instead): operation not permitted\n`,
      );
      const own = await make({ type: 'sysfs' }, `ls ${target}/class/net`, {
        unshare: [...settings.unshare!, '--net'],
        namespaces: { user: true, network: true },
      });
      expect(own).to.include({ stdout: 'lo\n', stderr: '' });
    });

    it('binds', async () => {
      expect(
        (await make({ source, options: ['rbind', 'ro', 'nosuid', 'rprivate'] }, `cat ${target}/file; touch ${target}/x`)).stdout,
      ).to.equal('content\n');
    });

    for (const [mounted, options, expected] of [
      ['nosuid,nodev', [], 'rw nosuid nodev'],
      ['nosuid,nodev', ['ro'], 'ro nosuid nodev'],
      ['ro,noexec,noatime', ['nosuid'], 'ro nosuid noexec noatime'],
      ['ro', ['ro'], 'ro'],
      ['nodiratime,noatime', ['noatime'], 'rw noatime nodiratime'],
    ] as const) {
      it(`keeps what a source with ${mounted} restricts, bound with ${options.join(',') || 'nothing'}`, async () => {
        const made = await locked(mounted, [...options]);
        expect(made).to.deep.equal({ flags: made.flags, stderr: '' });
        expect(made.flags.split(' ').toSorted()).to.include.members(expected.split(' '));
      });
    }

    for (const [mounted, option] of [
      ['ro', 'rw'],
      ['nosuid', 'suid'],
      ['nodev', 'dev'],
      ['noexec', 'exec'],
      ['noatime', 'strictatime'],
      ['noatime', 'relatime'],
      ['ro', 'rrw'],
    ] as const) {
      it(`fails rather than leave ${mounted} where ${option} is asked for`, async () => {
        const { stderr } = await locked(mounted, [option]);
        expect(stderr).to.equal('bind "/source" on "/target": set its options: operation not permitted');
      });
    }

    it('says that what is mounted below may not be left out', async () => {
      const { stderr } = await make({ source: '/dev', options: ['bind'] });
      expect(stderr).to.equal(
        `bind "/dev" on "${target}": in a user namespace what is mounted below its source may not be left out (it takes rbind)\n`,
      );
      expect((await make({ source: '/dev', options: ['rbind'] }, `ls ${target}/null`)).stdout).to.equal(`${target}/null\n`);
    });

    it('masks paths and makes them read-only', async () => {
      const { stdout, stderr } = await make({ type: 'proc' }, `wc -c < ${target}/cmdline; ls ${target}/tty; touch ${target}/sys/x`, {
        maskedPaths: [`${target}/cmdline`, `${target}/tty`],
        readonlyPaths: [`${target}/sys`],
      });
      expect(stdout).to.equal('0\n');
      expect(stderr).to.match(/Read-only file system|Permission denied|No such file/);
    });

    if (as.length > 0) {
      describe('gives no writable cgroup of the host', () => {
        // Whoever owns a cgroup may write to it: so does this user to one of his.
        let cgroup: string;
        beforeEach(function () {
          const memory = '/sys/fs/cgroup/pids';
          cgroup = join(memory, `standpipe-test-${String(process.pid)}`);
          try {
            mkdirSync(cgroup);
          } catch {
            skip(this, 'needs a cgroup v1 hierarchy to make a cgroup in');
          }
          execFileSync('chown', ['-R', '1000:1000', cgroup]);
        });
        afterEach(() => {
          execFileSync('rmdir', [cgroup]);
        });

        const attack = (root: string): string =>
          `for d in $(find ${root} -name 'standpipe-test-*' -type d); do mkdir $d/written && rmdir $d/written && echo written; done; true`;

        it('has it writable outside: the attack works', async () => {
          const [command, ...args] = as;
          expect((await run(command!, [...args, 'sh', '-c', attack('/sys/fs/cgroup/pids')])).stdout).to.equal('written\n');
        });

        for (const [how, mount] of [
          ['by a bind of it', { source: '/sys/fs/cgroup/pids', options: ['bind', 'rw'] }],
          ['by a bind of /sys', { source: '/sys', options: ['rbind', 'ro'] }],
          ['by a bind of all cgroups', { source: '/sys/fs/cgroup', options: ['rbind', 'rw'] }],
          ['by a mount of type cgroup', { type: 'cgroup', options: ['rw'] }],
        ] as const) {
          it(how, async () => {
            const { code, stdout, stderr } = await make({ ...mount, options: [...mount.options] }, attack(target));
            expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
            expect(stderr).to.match(/Read-only file system/);
          });
        }
      });
    }
  });
}
