import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Op, type Reg, sys } from '@standpipe/program';
import { S_IFCHR } from '@standpipe/syscalls';
import { type Bundle, bundle, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { type Mount, parseMountinfo } from '../src/index.js';
import { type ContainerSettings, inContainer, mountAt } from './container.js';

const show = 'cat /proc/self/mountinfo';
const proc: Mount = { destination: '/proc', type: 'proc', source: 'proc' };
const isolated = { unshare: ['--pid', '--fork'] };

const exchangeForever = `
  import { openPort, renameat2, RENAME, AT } from ${JSON.stringify(import.meta.resolve('@standpipe/syscalls'))};
  const port = openPort();
  const [a, b] = process.argv.slice(1);
  process.stdout.write('begun');
  for (;;) renameat2(port, AT.FDCWD, a, AT.FDCWD, b, RENAME.EXCHANGE);`;

/** Exchanges two paths, as fast as it can, until it is disposed of: at each moment each of them is there. */
async function exchange(a: string, b: string): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', exchangeForever, a, b], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

describe('attacks on mounts', () => {
  let made: Bundle;
  let outside: string;

  before(function () {
    needsRoot(this);
    needs(this, 'unshare');
    needs(this, 'busybox');
  });
  leaveNothing({ ignore: ['state'] });
  beforeEach(() => {
    made = bundle({});
    outside = mkdtempSync(join(tmpdir(), 'standpipe-outside-'));
    writeFileSync(join(outside, 'file'), 'of the host\n');
  });
  afterEach(() => {
    made[Symbol.dispose]();
    rmSync(outside, { recursive: true });
  });

  const within = (path: string): string => join(made.rootfs, path);
  async function inside(
    script: string,
    mounts: Mount[],
    settings: ContainerSettings = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await inContainer(script, { rootfs: made.rootfs, ...isolated, ...settings, mounts });
    return { code, stdout, stderr };
  }
  /** The mount points below a path, seen from the host's root in the mount namespace of a container. */
  function pointsBelow(mountinfo: string, path: string): string[] {
    return parseMountinfo(mountinfo).flatMap(({ mountPoint }) => (mountPoint.startsWith(path) ? [mountPoint] : []));
  }

  describe('links in the root', () => {
    for (const link of ['absolute', 'relative', 'nested'] as const) {
      it(`lead nowhere outside: ${link}`, async () => {
        const target = link === 'relative' ? `../../../../../../..${outside}` : outside;
        mkdirSync(within('srv'));
        symlinkSync(target, within('srv/link'));
        if (link === 'nested') symlinkSync('/srv/link', within('srv/again'));
        const destination = link === 'nested' ? '/srv/again' : '/srv/link';
        mkdirSync(within(outside), { recursive: true });
        const { stdout, stderr } = await inside(
          show,
          [
            { destination, type: 'tmpfs', source: 'one' },
            { destination: `${destination}/made/here`, type: 'tmpfs', source: 'two' },
            { destination: `${destination}/made/file`, source: '/etc/passwd', options: ['bind'] },
          ],
          { stay: true },
        );
        expect(stderr).to.equal('');
        expect(pointsBelow(stdout, outside)).to.deep.equal([]);
        expect(pointsBelow(stdout, made.rootfs)).to.have.length(4);
        expect(readdirSync(outside)).to.deep.equal(['file']);
      });
    }

    it('make nothing outside where what they name is missing inside', async () => {
      symlinkSync(outside, within('gone'));
      const { code, stderr } = await inside('', [{ destination: '/gone/deeper', type: 'tmpfs' }]);
      expect({ code, stderr }).to.deep.equal({
        code: 1,
        stderr: 'mount "tmpfs" on "/gone/deeper": open the mount point: no such file or directory\n',
      });
      expect(readdirSync(outside)).to.deep.equal(['file']);
    });

    it('mask nothing and protect nothing outside', async () => {
      mkdirSync(within('dev/shm'), { recursive: true });
      symlinkSync(`${outside}/file`, within('etc/link'));
      const devices = (root: Reg): Op[] => [sys('mknodat', [root, 'dev/null', S_IFCHR | 0o666, 0x103], { say: 'make a device' })];
      const { stdout, stderr } = await inside(show, [], { stay: true, devices, maskedPaths: ['/etc/link'], readonlyPaths: ['/etc/link'] });
      expect({ stderr, points: pointsBelow(stdout, outside) }).to.deep.equal({ stderr: '', points: [] });
    });
  });

  it('survives a directory that is exchanged for a link to the host while it mounts', async function () {
    this.timeout(60_000);
    mkdirSync(within('swap/deep'), { recursive: true });
    symlinkSync(outside, within('link'));
    mkdirSync(join(outside, 'deep'));
    await using _ = await exchange(within('swap'), within('link'));
    const mounts: Mount[] = [
      { destination: '/swap/deep', type: 'tmpfs' },
      { destination: '/swap/new/file', source: '/etc/passwd', options: ['bind', 'ro'] },
      { destination: '/swap/new/dir', source: '/etc', options: ['rbind'] },
      { destination: '/swap/proc', type: 'proc' },
    ];
    const all = mounts.flatMap((mount) => [...Array(5).keys()].map((i) => ({ ...mount, destination: `${mount.destination}${String(i)}` })));
    const outcomes = new Set<number | null>();
    for (let i = 0; i < 40; i++) {
      const { code, stdout } = await inside(show, i % 2 === 0 ? all : all.toReversed(), { stay: true });
      outcomes.add(code);
      expect(pointsBelow(stdout, outside)).to.deep.equal([]);
      expect(readdirSync(outside).toSorted()).to.deep.equal(['deep', 'file']);
      expect(readdirSync(join(outside, 'deep'))).to.deep.equal([]);
    }
    // Some runs met the link, which leads nowhere in the root, and some did not: there was a race.
    expect([...outcomes]).to.include.members([0, 1]);
  });

  it('is not kept from a path through ".." by renames elsewhere', async function () {
    this.timeout(60_000);
    symlinkSync('../run', within('var/run'));
    for (const name of ['a', 'b']) mkdirSync(join(outside, name));
    await using _ = await exchange(join(outside, 'a'), join(outside, 'b'));
    const mounts = [...Array(300).keys()].map((i): Mount => ({
      destination: `/var/run/../var/run/../var/run/${String(i % 7)}`,
      type: 'tmpfs',
    }));
    const links = [...Array(200).keys()].map((): Mount => ({ destination: '/var/run/dir', source: '/etc', options: ['bind'] }));
    expect(await inside('true', [...mounts, ...links])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  describe('/proc', () => {
    it('and /sys must be directories and no links', async () => {
      for (const [name, type] of [
        ['proc', 'proc'],
        ['sys', 'sysfs'],
      ] as const) {
        renameSync(within(name), within(`real-${name}`));
        symlinkSync(`real-${name}`, within(name));
        const { code, stderr } = await inside('', [{ destination: `/${name}`, type }]);
        expect({ code, stderr }).to.deep.equal({
          code: 1,
          stderr: `mount "${type}" on "/${name}": open the mount point: not a directory\n`,
        });
      }
    });

    for (const [what, target] of [
      ['a process', '/proc/1'],
      ['its settings', '/proc/sys/kernel'],
      ['the whole of it', '/proc'],
    ] as const) {
      it(`is not covered through a link to ${what}`, async () => {
        symlinkSync(target, within('innocent'));
        for (const mount of [
          { type: 'tmpfs' },
          { source: outside, options: ['bind'] },
          { type: 'proc' },
          { options: ['remount', 'bind', 'rw'] },
        ]) {
          const { code, stderr } = await inside('', [proc, { destination: '/innocent', ...mount }]);
          expect(code).to.equal(1);
          // A procfs goes upon no link at all, and a change of mounts follows none.
          expect(stderr).to.match(/it leads into \/proc, where nothing may be covered|not a directory|invalid argument/);
        }
      });
    }

    it('is not covered through a link on the way, or one of its own', async () => {
      symlinkSync('/proc', within('p'));
      for (const destination of ['/p/self/attr', '/p/1/attr/exec', '/p/self/ns/mnt', '/p/self/root/etc', '/p/thread-self/fd/0']) {
        const { code, stderr } = await inside('', [proc, { destination, source: '/etc/passwd', options: ['bind'] }]);
        expect(code, destination).to.equal(1);
        expect(stderr).to.match(/leads into \/proc|too many levels of symbolic links|no such file|not a directory/);
      }
    });

    it('takes no directory that looks like one', async () => {
      mkdirSync(join(outside, 'self'));
      const { code, stderr } = await inside('', [{ destination: '/proc', source: outside, options: ['bind'] }]);
      expect({ code, stderr }).to.deep.equal({ code: 1, stderr: `bind "${outside}" on "/proc": its source is not a procfs\n` });
      expect((await inside('ls -d /proc/self', [{ destination: '/proc', source: '/proc', options: ['rbind'] }])).stdout).to.equal(
        '/proc/self\n',
      );
    });

    it('must be real where a file of it is emulated', async () => {
      const emulated: Mount = { destination: '/proc/uptime', source: join(outside, 'file'), options: ['bind'] };
      mkdirSync(within('proc'), { recursive: true });
      writeFileSync(within('proc/uptime'), 'fake');
      expect((await inside('', [emulated])).stderr).to.equal(`bind "${outside}/file" on "/proc/uptime": its /proc is not a procfs\n`);
      expect(await inside('cat /proc/uptime', [proc, emulated])).to.deep.equal({ code: 0, stdout: 'of the host\n', stderr: '' });
    });
  });

  describe('/dev/null', () => {
    const paths = { maskedPaths: ['/etc/passwd', '/etc'] };

    for (const [what, make] of [
      ['a file', () => writeFileSync(within('dev/null'), '')],
      ['a link to a setting of the kernel', () => symlinkSync('/proc/sys/kernel/core_pattern', within('dev/null'))],
      [
        'a link to a file of the host',
        () => (
          mkdirSync(within(outside), { recursive: true }),
          writeFileSync(within(`${outside}/file`), ''),
          symlinkSync(`${outside}/file`, within('dev/null'))
        ),
      ],
      ['a directory', () => mkdirSync(within('dev/null'))],
    ] as const) {
      it(`masks nothing when it is ${what}`, async () => {
        make();
        const { code, stderr } = await inside('cat /etc/passwd', [proc], paths);
        expect({ code, stderr }).to.deep.equal({
          code: 1,
          stderr: '"/dev/null" is not the null device, and paths can\'t be masked with it\n',
        });
      });
    }

    it('masks nothing when it is another device', async () => {
      const zero = (root: Reg): Op[] => [sys('mknodat', [root, 'dev/null', S_IFCHR | 0o666, 0x105], { say: 'make a device' })];
      const { code, stderr } = await inside('', [], { ...paths, devices: zero });
      expect({ code, stderr }).to.deep.equal({
        code: 1,
        stderr: '"/dev/null" is not the null device, and paths can\'t be masked with it\n',
      });
    });

    it('is missed when it is missing', async () => {
      expect((await inside('', [], paths)).stderr).to.equal('open "/dev/null" to mask paths with it: no such file or directory\n');
    });
  });

  it('copies up no file that a link in the tree names', async () => {
    mkdirSync(within('home/deep'));
    symlinkSync(outside, within('home/out'));
    symlinkSync(join(outside, 'file'), within('home/deep/file'));
    const { stdout, stderr } = await inside('readlink /home/out; readlink /home/deep/file; ls -A /home', [
      { destination: '/home', type: 'tmpfs', options: ['tmpcopyup'] },
    ]);
    expect({ stdout, stderr }).to.deep.equal({ stdout: `${outside}\n${outside}/file\ndeep\nout\n`, stderr: '' });
  });

  it('copies up nothing of the host while a directory in the tree is exchanged for a link to it', async function () {
    this.timeout(60_000);
    for (let i = 0; i < 20; i++) {
      mkdirSync(within(`home/tree/${String(i)}/sub`), { recursive: true });
      writeFileSync(within(`home/tree/${String(i)}/sub/own`), 'x'.repeat(1000));
    }
    mkdirSync(join(outside, 'sub'));
    writeFileSync(join(outside, 'sub/secret'), 'secret');
    symlinkSync(outside, within('link'));
    await using _ = await exchange(within('home/tree/7'), within('link'));
    for (let i = 0; i < 40; i++) {
      const { stdout } = await inside('find /home -name secret; find /home -name own | wc -l', [
        { destination: '/home', type: 'tmpfs', options: ['tmpcopyup'] },
      ]);
      expect(stdout).not.to.include('secret');
    }
    expect(readFileSync(join(outside, 'sub/secret'), 'utf8')).to.equal('secret');
  });

  it('finds no way back to the old root', async () => {
    const { stdout } = await inside(`ls -d ${outside} /.. /proc/1/root/../../${outside}; cd /proc/self/cwd/../../.. && pwd; ${show}`, [
      proc,
    ]);
    expect(stdout).not.to.include('outside');
    expect(mountAt({ stdout } as never, '/').root).to.equal(made.rootfs);
    expect(existsSync(outside) && lstatSync(outside).isDirectory()).to.equal(true);
  });
});
