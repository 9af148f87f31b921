import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, bundle, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { sys } from '@standpipe/program';
import { S_IFCHR } from '@standpipe/syscalls';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { type Mount, parseMountinfo } from '../src/index.js';
import { cgroupFacts, type ContainerSettings, flagsOf, inContainer, mountAt } from './container.js';

const show = 'cat /proc/self/mountinfo';
const proc: Mount = { destination: '/proc', type: 'proc', source: 'proc' };
/** A null device in /dev, which masks need. */
const devices: ContainerSettings['devices'] = (root) => [
  sys('mknodat', [root, 'dev/null', S_IFCHR | 0o666, 0x103], { unless: { errno: ['EEXIST'] }, say: 'make a device' }),
];
const isolated = { unshare: ['--pid', '--fork'] };

/** Wraps a test in a mount namespace whose "/" is shared, as systemd has it: what spreads from there would be seen. */
async function withSharedHost(script: string): Promise<string> {
  const { stdout, stderr } = await run('unshare', [
    '--mount',
    '--propagation',
    'private',
    '--',
    'sh',
    '-ec',
    `mount --make-rshared /; ${script}`,
  ]);
  expect(stderr).to.equal('');
  return stdout;
}

describe('a root filesystem on Linux', () => {
  let made: Bundle;

  before(function () {
    needsRoot(this);
    needs(this, 'unshare');
    needs(this, 'busybox');
  });
  leaveNothing({ ignore: ['state'] });
  beforeEach(() => {
    made = bundle({});
  });
  afterEach(() => {
    made[Symbol.dispose]();
  });

  async function inside(
    script: string,
    settings: ContainerSettings = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await inContainer(script, {
      rootfs: made.rootfs,
      ...isolated,
      ...settings,
      mounts: [proc, ...(settings.mounts ?? [])],
    });
    return { code, stdout, stderr };
  }

  for (const noPivot of [false, true]) {
    describe(noPivot ? 'that is moved' : 'that is pivoted to', () => {
      it('is "/", and there is nothing else', async () => {
        const { stdout, stderr } = await inside(`pwd; ls /; ls /..; ${show}`, { noPivot });
        expect(stderr).to.equal('');
        const names = readdirSync(made.rootfs).toSorted();
        const lines = stdout.split('\n');
        expect(lines.slice(0, 1 + 2 * names.length)).to.deep.equal(['/', ...names, ...names]);
        expect(parseMountinfo(stdout).map(({ mountPoint }) => mountPoint)).to.deep.equal(['/', '/proc']);
      });

      it('leaves no fd open that leads out', async () => {
        const before_ = (await inContainer('ls /proc/self/fd | wc -l')).stdout;
        expect((await inside('ls /proc/self/fd | wc -l', { noPivot })).stdout).to.equal(before_);
        const folders = 'for fd in /proc/self/fd/*; do [ -d $fd ] && readlink $fd; done; true';
        expect((await inside(folders, { noPivot })).stdout).to.equal('');
      });
    });
  }

  it("that is moved doesn't let a user namespace in the container have a procfs without its masks, as the host's would", async () => {
    const settings: ContainerSettings = { noPivot: true, devices, maskedPaths: ['/proc/sys'] };
    const script = "unshare -U -r -m -p -f sh -c 'mount -t proc proc /mnt && ls -d /mnt/sys/kernel'";
    expect(await inside(script, settings)).to.deep.equal({ code: 1, stdout: '', stderr: 'mount: permission denied (are you root?)\n' });
    // So it would be if the host's were left where it is.
    expect(await inside(script, { ...settings, hostMountinfo: '' })).to.deep.equal({ code: 0, stdout: '/mnt/sys/kernel\n', stderr: '' });
    expect((await inside(script, { ...settings, noPivot: false })).code).to.equal(1);
  });

  it('may be reached by a link', async () => {
    const link = join(made.path, 'link');
    symlinkSync('rootfs', link);
    expect((await inside('ls -d /bin', { rootfs: link })).stdout).to.equal('/bin\n');
  });

  it("may be this machine's own", async () => {
    expect((await inContainer('ls -d /proc/self', { rootfs: '/', ...isolated, mounts: [proc] })).stdout).to.equal('/proc/self\n');
  });

  it('is named when it is missing, or no directory', async () => {
    expect((await inside('', { rootfs: `${made.path}/absent` })).stderr).to.equal(
      `open the root filesystem "${made.path}/absent": no such file or directory\n`,
    );
    expect((await inside('', { rootfs: `${made.path}/config.json` })).stderr).to.match(/config\.json": not a directory\n$/);
  });

  it('is read-only when asked, and what is mounted in it is not', async () => {
    const mounts: Mount[] = [{ destination: '/tmp', type: 'tmpfs' }];
    const { stdout, stderr } = await inside('touch /tmp/fine && ls /tmp; touch /not', { readonly: true, mounts });
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'fine\n', stderr: 'touch: /not: Read-only file system\n' });
  });

  it('has mounts in the order of the config, one in the other', async () => {
    writeFileSync(join(made.path, 'hosts'), 'of the bundle\n');
    const mounts: Mount[] = [
      { destination: '/run', type: 'tmpfs', options: ['ro'] },
      { destination: '/run/deep/er', type: 'tmpfs', options: ['mode=711'] },
      { destination: '/run/deep/er/hosts', source: 'hosts', options: ['bind', 'ro'] },
    ];
    const { stdout, stderr } = await inside('cat /run/deep/er/hosts; stat -c %a /run/deep/er; touch /run/x', { mounts, bundle: made.path });
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'of the bundle\n711\n', stderr: 'touch: /run/x: Read-only file system\n' });
  });

  it('takes devices into a /dev that is read-only afterwards', async () => {
    const { stdout, stderr } = await inside('echo gone > /dev/null && stat -c %F /dev/null; touch /dev/x', {
      devices,
      mounts: [{ destination: '/dev', type: 'tmpfs', options: ['ro', 'mode=755'] }],
    });
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'character special file\n', stderr: 'touch: /dev/x: Read-only file system\n' });
  });

  describe('on a host whose mounts are shared', () => {
    /** What is mounted inside by the given settings, and what the host sees of it. */
    async function both(propagation: string, mounts: Mount[] = [], prepare = ''): Promise<{ inside: string; outside: string }> {
      const script = join(made.path, 'run.mjs');
      const settings = { rootfs: made.rootfs, propagation, mounts: [proc, { destination: '/tmp', type: 'tmpfs' }, ...mounts], ...isolated };
      writeFileSync(
        script,
        `import { inContainer } from ${JSON.stringify(new URL('./container.js', import.meta.url).href)};
         const { stdout, stderr } = await inContainer('mkdir -p /mnt/later && mount -t tmpfs later /mnt/later; cat /proc/self/mountinfo', ${JSON.stringify(settings)});
         process.stdout.write(stdout); process.stderr.write(stderr);`,
      );
      const stdout = await withSharedHost(`${prepare}${process.execPath} ${script}; echo ---; cat /proc/self/mountinfo`);
      const [inner = '', outer = ''] = stdout.split('---\n');
      return { inside: inner, outside: outer };
    }
    const pointsOf = (text: string): string[] =>
      parseMountinfo(text)
        .map(({ mountPoint }) => mountPoint)
        .toSorted();
    const of = (text: string, mountPoint: string): string => flagsOf(mountAt({ stdout: text, stderr: '' } as never, mountPoint));

    for (const [propagation, expected] of [
      ['', 'rw'],
      ['private', 'rw'],
      ['rprivate', 'rw'],
      ['slave', 'rw master'],
      ['rslave', 'rw master'],
      ['shared', 'rw shared'],
      ['rshared', 'rw shared'],
      ['unbindable', 'rw unbindable'],
      ['runbindable', 'rw unbindable'],
    ] as const) {
      it(`is ${expected} for ${JSON.stringify(propagation)}, and the host sees nothing of it`, async () => {
        const { inside: inner, outside } = await both(propagation);
        expect(of(inner, '/')).to.equal(expected);
        expect(of(inner, '/proc')).to.equal(
          propagation === 'rshared' ? 'rw shared' : propagation === 'runbindable' ? 'rw unbindable' : 'rw',
        );
        expect(parseMountinfo(inner).map(({ mountPoint }) => mountPoint)).to.include('/mnt/later');
        expect(
          parseMountinfo(outside).filter(({ mountPoint, source }) => mountPoint.startsWith(made.path) || source === 'later'),
        ).to.deep.equal([]);
        // And nothing of its own is gone.
        expect(pointsOf(outside)).to.deep.equal(pointsOf(readFileSync('/proc/self/mountinfo', 'utf8')));
      });
    }

    it('sees what the container mounts in a bind that is shared, when the root is shared, and only then', async () => {
      const shared = join(made.path, 'shared');
      mkdirSync(shared);
      const bind: Mount = { destination: '/mnt', source: shared, options: ['rbind', 'rshared'] };
      const seen = async (propagation: string): Promise<boolean> =>
        parseMountinfo((await both(propagation, [bind], `mount -t tmpfs t ${shared}; mkdir ${shared}/later; `)).outside).some(
          ({ mountPoint }) => mountPoint === join(shared, 'later'),
        );
      expect([await seen('rshared'), await seen('rslave'), await seen('')]).to.deep.equal([true, false, false]);
    });
  });

  describe('masked paths', () => {
    const secret = { 'etc/secret': 'secret', 'etc/folder/inside': 'secret', 'var/other/inside': 'secret' };

    beforeEach(() => {
      made[Symbol.dispose]();
      made = bundle({}, { files: secret });
    });

    it('show files empty and directories empty, and leave out what is missing', async () => {
      const maskedPaths = [
        '/etc/secret',
        '/etc/folder',
        '/proc/keys',
        '/proc/acpi',
        '/sys/firmware',
        '/absent',
        '/absent/below',
        '/var/other',
        '/proc/../var/other',
      ];
      const { stdout, stderr } = await inside(`cat /etc/secret /proc/keys; ls /etc/folder /var/other; touch /etc/folder/x; ${show}`, {
        devices,
        maskedPaths,
      });
      expect(stderr).to.equal('touch: /etc/folder/x: Read-only file system\n');
      expect(stdout.startsWith('/etc/folder:\n\n/var/other:\n')).to.equal(true);
      const folders = ['/etc/folder', '/var/other'].map((path) => mountAt({ stdout } as never, path));
      expect(folders.map(flagsOf)).to.deep.equal(['ro', 'ro']);
      // One filesystem for all of them.
      expect(new Set(folders.map(({ minor }) => minor)).size).to.equal(1);
      expect(parseMountinfo(stdout).filter(({ mountPoint }) => mountPoint === '/var/other')).to.have.length(1);
    });

    it('stay masked where they lie in a path that is read-only', async () => {
      const { stdout, stderr } = await inside('cat /etc/secret; touch /etc/x; touch /etc/folder/x', {
        devices,
        readonlyPaths: ['/etc'],
        maskedPaths: ['/etc/secret'],
      });
      expect({ stdout, stderr }).to.deep.equal({
        stdout: '',
        stderr: 'touch: /etc/x: Read-only file system\ntouch: /etc/folder/x: Read-only file system\n',
      });
    });
  });

  describe('read-only paths', () => {
    it('keep what they restrict besides, with all that is mounted below', async () => {
      const mounts: Mount[] = [
        { destination: '/tmp', type: 'tmpfs', options: ['nosuid', 'noexec'] },
        { destination: '/tmp/below', type: 'tmpfs', options: ['nodev'] },
      ];
      const { stdout, stderr } = await inside(`${show}; touch /tmp/x; touch /tmp/below/x; echo 1 > /proc/sys/kernel/domainname`, {
        mounts,
        readonlyPaths: ['/tmp', '/proc/sys', '/absent'],
      });
      expect(['/tmp', '/tmp/below', '/proc/sys'].map((path) => flagsOf(mountAt({ stdout } as never, path)))).to.deep.equal([
        'ro nosuid noexec',
        'ro nodev',
        'ro',
      ]);
      expect(stderr.match(/Read-only file system/g)).to.have.length(3);
    });

    it('may be the root', async () => {
      expect(
        (await inside('touch /x; touch /tmp/x', { mounts: [{ destination: '/tmp', type: 'tmpfs' }], readonlyPaths: ['/'] })).stderr.match(
          /Read-only/g,
        ),
      ).to.have.length(2);
    });
  });

  it('gives the mounts that runc gives', async function () {
    needs(this, 'runc');
    expect((await run('runc', ['spec', '--bundle', made.path])).code).not.to.equal(0);
    await run('rm', [join(made.path, 'config.json')]);
    expect((await run('runc', ['spec', '--bundle', made.path])).code).to.equal(0);
    const config = JSON.parse(readFileSync(join(made.path, 'config.json'), 'utf8')) as {
      process: { terminal: boolean; args: string[] };
      mounts: Mount[];
      linux: { maskedPaths: string[]; readonlyPaths: string[]; namespaces: { type: string }[] };
    };
    made.configure({ ...config, process: { ...config.process, terminal: false, args: ['sh', '-c', show] } });
    const theirs = await run('runc', ['run', '--bundle', made.path, `standpipe-test-${String(process.pid)}`]);
    expect(theirs.stderr).to.equal('');

    const { mounts, linux } = config;
    const ours = await inContainer(show, {
      rootfs: made.rootfs,
      readonly: true,
      mounts,
      maskedPaths: linux.maskedPaths,
      readonlyPaths: linux.readonlyPaths,
      cgroups: cgroupFacts(),
      devices,
      unshare: ['--pid', '--fork', '--net', '--ipc', '--uts'],
    });
    expect(ours.stderr).to.equal('');
    const view = (text: string): string[] =>
      parseMountinfo(text).map((entry) => {
        // Which cgroup it is that is bound is not of the mounts; and masks are as small as they can be.
        const root = entry.type === 'cgroup' ? '' : entry.root;
        const superOptions = entry.superOptions.filter((option) => option !== 'size=4k' && option !== 'nr_inodes=1');
        // Asked to be read-only, which runc forgets.
        const own = entry.mountPoint === '/sys/fs/cgroup' ? flagsOf(entry).replace(/^r[ow]/, 'ro') : flagsOf(entry);
        return [entry.mountPoint, root, own, entry.type, entry.source, superOptions.join(',')].join(' ');
      });
    expect(view(ours.stdout)).to.deep.equal(view(theirs.stdout));
    expect(existsSync(join(made.rootfs, 'proc/self'))).to.equal(false);
  });
});
