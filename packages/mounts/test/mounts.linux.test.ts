import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Outcome } from '@standpipe/program/testing';
import { leaveNothing, needs, needsRoot, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { type Mount, parseMountinfo } from '../src/index.js';
import { cgroupFacts, type ContainerSettings, flagsOf, inContainer, mountAt } from './container.js';

const show = 'cat /proc/self/mountinfo';

describe('planMounts on Linux', () => {
  let dir: string;
  let target: string;
  let source: string;

  before(function () {
    needsRoot(this);
    needs(this, 'unshare');
  });
  leaveNothing({ ignore: ['state'] });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'standpipe-mounts-'));
    [target, source] = ['target', 'source'].map((name) => join(dir, name)) as [string, string];
    mkdirSync(target);
    mkdirSync(source);
    writeFileSync(join(source, 'file'), 'content\n');
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  async function make(mount: Partial<Mount>, script = show, settings: ContainerSettings = {}): Promise<Outcome> {
    const outcome = await inContainer(script, { ...settings, mounts: [...(settings.mounts ?? []), { destination: target, ...mount }] });
    expect(outcome.stderr).to.equal('');
    return outcome;
  }
  async function fails(mount: Partial<Mount>, settings: ContainerSettings = {}): Promise<string> {
    const { code, stderr } = await inContainer('true', {
      ...settings,
      mounts: [...(settings.mounts ?? []), { destination: target, ...mount }],
    });
    expect(code).to.equal(1);
    return stderr.trim().replaceAll(dir, '');
  }

  /** How many fds a script has that nothing was mounted for, counted as the tests do. */
  async function openFds(): Promise<string> {
    return (await inContainer('ls /proc/self/fd | wc -l')).stdout;
  }

  describe('filesystems', () => {
    for (const [options, expected, superOptions] of [
      [[], 'rw', 'rw'],
      [['defaults'], 'rw', 'rw'],
      [['nosuid', 'nodev', 'noexec'], 'rw nosuid nodev noexec', 'rw'],
      [['nosuid', 'suid', 'nodev', 'dev'], 'rw', 'rw'],
      [['ro', 'size=64k'], 'ro', 'rw,size=64k'],
      [['noatime'], 'rw noatime', 'rw'],
      [['nodiratime', 'nosymfollow'], 'rw nodiratime nosymfollow', 'rw'],
      [['strictatime'], 'rw', 'rw'],
      [['rro', 'rnodev', 'rnoatime'], 'ro nodev noatime', 'rw'],
      [['sync', 'dirsync'], 'rw', 'rw,sync,dirsync'],
      [['mand', 'nomand', 'lazytime'], 'rw', 'rw,lazytime'],
      [['silent', 'loud', 'iversion', 'noiversion'], 'rw', 'rw'],
      [['shared'], 'rw shared', 'rw'],
      [['rslave'], 'rw', 'rw'],
      [['unbindable'], 'rw unbindable', 'rw'],
      [['nr_inodes=10,mode=700'], 'rw', 'rw,nr_inodes=10,mode=700'],
    ] as const) {
      it(`makes a tmpfs with ${options.join(',') || 'no options'}`, async () => {
        const entry = mountAt(await make({ type: 'tmpfs', source: 'name', options }), target);
        expect({ type: entry.type, source: entry.source, flags: flagsOf(entry) }).to.deep.equal({
          type: 'tmpfs',
          source: 'name',
          flags: expected,
        });
        // The mode is that of the directory below when none is given.
        expect(entry.superOptions.filter((option) => option !== 'mode=755').join(',')).to.equal(superOptions);
        if (options.some((option) => option === 'strictatime')) expect(entry.options).not.to.include('relatime');
      });
    }

    it('gives a tmpfs the mode of what it covers, or its own where that is made', async () => {
      chmodSync(target, 0o2751);
      expect((await make({ type: 'tmpfs' }, `stat -c %a ${target}`)).stdout).to.equal('2751\n');
      expect((await make({ type: 'tmpfs', options: ['mode=0700'] }, `stat -c %a ${target}`)).stdout).to.equal('700\n');
      chmodSync(target, 0o755);
      expect(
        (await make({ type: 'tmpfs', destination: `${target}/new/one` }, `stat -c %a ${target}/new ${target}/new/one`)).stdout,
      ).to.equal('755\n1777\n');
    });

    it('makes proc, sysfs, mqueue and devpts', async () => {
      const unshare = ['--pid', '--fork', '--net', '--ipc'];
      for (const [type, options, check, expected] of [
        ['proc', [], 'cat TARGET/self/comm', 'cat\n'],
        ['sysfs', ['ro'], 'ls TARGET/class/net', 'lo\n'],
        ['mqueue', ['nosuid'], 'touch TARGET/queue; ls TARGET', 'queue\n'],
        ['devpts', ['newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'], 'ls TARGET; stat -c %a TARGET/ptmx', 'ptmx\n666\n'],
      ] as const) {
        expect(
          (await make({ type, source: type, options: [...options] }, check.replaceAll('TARGET', target), { unshare })).stdout,
          type,
        ).to.equal(expected);
      }
    });

    it('makes an overlay, with more layers than fit into one option', async () => {
      const long = join(dir, 'long'.repeat(50), 'path'.repeat(50));
      mkdirSync(long, { recursive: true });
      writeFileSync(join(long, 'far'), '');
      const layers = [...Array(20).keys()].map((i) => {
        const layer = join(dir, `layer ${String(i)}`);
        mkdirSync(layer);
        writeFileSync(join(layer, `file${String(i)}`), '');
        return layer;
      });
      const [upper, work] = [join(long, 'upper'), join(long, 'work')];
      for (const one of [upper, work]) mkdirSync(one);
      const options = [`lowerdir=${[...layers, long].join(':')}`, `upperdir=${upper}`, `workdir=${work}`];
      const { stdout } = await make({ type: 'overlay', source: 'overlay', options }, `touch ${target}/new; ls ${target}`);
      expect(stdout.trim().split('\n')).to.have.members([...layers.map((_, i) => `file${String(i)}`), 'far', 'upper', 'work', 'new']);
      expect(readdirSync(upper)).to.deep.equal(['new']);
    });

    it("takes an overlay's relative directories from the bundle", async () => {
      mkdirSync(join(dir, 'a:b'));
      writeFileSync(join(dir, 'a:b/inside'), '');
      const { stdout } = await make({ type: 'overlay', options: ['lowerdir=a\\:b:source'] }, `ls ${target}`, { bundle: dir });
      expect(stdout).to.equal('file\ninside\n');
    });

    it('says which option the filesystem refused', async () => {
      expect(await fails({ type: 'tmpfs', options: ['size=1m', 'size=much'] })).to.equal(
        'mount "tmpfs" on "/target": set its option "size=much": invalid argument',
      );
      expect(await fails({ type: 'tmpfs', options: ['nonsense'] })).to.equal(
        'mount "tmpfs" on "/target": set its option "nonsense": invalid argument',
      );
    });

    it('says when there is no such filesystem, or nothing to mount upon', async () => {
      expect(await fails({ type: 'nofs' })).to.equal('mount "nofs" on "/target": this kernel has no filesystem of that type');
      expect(await fails({ type: 'tmpfs', destination: `${source}/file` })).to.equal(
        'mount "tmpfs" on "/source/file": open the mount point: not a directory',
      );
      expect(await fails({ type: 'tmpfs', destination: `${source}/file/below` })).to.equal(
        'mount "tmpfs" on "/source/file/below": open the mount point: not a directory',
      );
    });
  });

  describe('binds', () => {
    it('binds a directory, and a file, onto what is there', async () => {
      writeFileSync(join(target, 'over'), 'below');
      expect((await make({ source, options: ['bind'] }, `cat ${target}/file`)).stdout).to.equal('content\n');
      expect(
        (await make({ destination: `${target}/over`, source: `${source}/file`, options: ['bind'] }, `cat ${target}/over`)).stdout,
      ).to.equal('content\n');
    });

    it('makes what is missing of the same kind', async () => {
      await make({ destination: `${target}/a/b/dir`, source, options: ['rbind'] });
      await make({ destination: `${target}/a/c/file`, source: `${source}/file`, options: ['rbind'] });
      expect(lstatSync(join(target, 'a/b/dir')).isDirectory()).to.equal(true);
      expect(lstatSync(join(target, 'a/c/file')).isFile()).to.equal(true);
      expect(readFileSync(join(target, 'a/c/file'), 'utf8')).to.equal('');
    });

    it('makes it open to all, whatever the umask', async () => {
      const outcome = await inContainer('umask', {
        as: ['sh', '-c', 'umask 077; exec "$@"', 'sh'],
        mounts: [
          { destination: `${target}/a/b`, type: 'tmpfs' },
          { destination: `${target}/a/f`, source: `${source}/file`, options: ['bind'] },
        ],
      });
      expect(outcome.stdout).to.equal('0077\n');
      expect(['a', 'a/b', 'a/f'].map((path) => (lstatSync(join(target, path)).mode & 0o777).toString(8))).to.deep.equal([
        '755',
        '755',
        '644',
      ]);
    });

    it('takes a relative source from the bundle, and follows its links', async () => {
      symlinkSync('source', join(dir, 'link'));
      expect(
        (await make({ source: 'link/file', destination: `${target}/x`, options: ['bind'] }, `cat ${target}/x`, { bundle: dir })).stdout,
      ).to.equal('content\n');
    });

    it('takes what is mounted below along with rbind only', async () => {
      mkdirSync(join(source, 'sub'));
      const below: Mount = { destination: join(source, 'sub'), type: 'tmpfs' };
      const binds = async (option: string): Promise<boolean> =>
        parseMountinfo((await make({ source, options: [option] }, show, { mounts: [below] })).stdout).some(
          ({ mountPoint }) => mountPoint === join(target, 'sub'),
        );
      expect([await binds('bind'), await binds('rbind')]).to.deep.equal([false, true]);
    });

    it('changes attributes of one mount, or of all', async () => {
      mkdirSync(join(source, 'sub'));
      const below: Mount = { destination: join(source, 'sub'), type: 'tmpfs', options: ['noexec'] };
      const flags = async (options: string[]): Promise<string[]> => {
        const outcome = await make({ source, options: ['rbind', ...options] }, show, { mounts: [below] });
        return [target, join(target, 'sub')].map((path) => flagsOf(mountAt(outcome, path)));
      };
      expect(await flags(['ro', 'nosuid'])).to.deep.equal(['ro nosuid', 'rw noexec']);
      expect(await flags(['rro'])).to.deep.equal(['ro', 'ro noexec']);
      expect(await flags(['rnosuid', 'rnodev', 'rnoatime', 'rnodiratime', 'rnosymfollow'])).to.deep.equal([
        'rw nosuid nodev noatime nodiratime nosymfollow',
        'rw nosuid nodev noexec noatime nodiratime nosymfollow',
      ]);
      expect(await flags(['rexec', 'ro', 'rrw'])).to.deep.equal(['rw', 'rw']);
      expect(await flags(['private', 'rshared'])).to.deep.equal(['rw shared', 'rw noexec shared']);
      expect(await flags(['rslave', 'shared'])).to.deep.equal(['rw shared', 'rw noexec']);
    });

    it("keeps what the source's mount restricts unless told otherwise", async () => {
      const restricted: Mount = { destination: source, type: 'tmpfs', options: ['nosuid', 'nodev', 'noatime'] };
      const flags = async (options: string[]): Promise<string> =>
        flagsOf(mountAt(await make({ source, options: ['bind', ...options] }, show, { mounts: [restricted] }), target));
      expect(await flags(['ro'])).to.equal('ro nosuid nodev noatime');
      expect(await flags(['suid', 'rw', 'dev', 'relatime'])).to.equal('rw');
    });

    it('names a missing source, and a pair that does not fit', async () => {
      expect(await fails({ source: `${dir}/absent`, options: ['bind'] })).to.equal(
        'bind "/absent" on "/target": open its source: no such file or directory',
      );
      const misfit = 'one of them is a directory and the other is not';
      expect(await fails({ source: `${source}/file`, options: ['bind'] })).to.equal(`bind "/source/file" on "/target": ${misfit}`);
      expect(await fails({ source, destination: `${source}/file`, options: ['bind'] })).to.equal(
        `bind "/source" on "/source/file": ${misfit}`,
      );
    });

    it('maps ids by the mappings of the mount', async () => {
      const mount = {
        source,
        options: ['bind', 'idmap'],
        uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
        gidMappings: [{ containerID: 0, hostID: 2000, size: 1 }],
      };
      const { stdout } = await make(mount, `stat -c %u:%g ${target}/file; ${show}`);
      expect(stdout.split('\n')[0]).to.equal('1000:2000');
      expect(mountAt({ stdout } as Outcome, target).options).to.include('idmapped');
    });

    it('maps ids below with ridmap only', async () => {
      mkdirSync(join(source, 'sub'));
      const maps = { uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }], gidMappings: [{ containerID: 0, hostID: 1000, size: 1 }] };
      const below: Mount = { destination: join(source, 'sub'), source: dir, options: ['bind'] };
      const owner = async (option: string): Promise<string> =>
        (await make({ source, options: ['rbind', option], ...maps }, `stat -c %u ${target}/sub`, { mounts: [below] })).stdout.trim();
      expect([await owner('idmap'), await owner('ridmap')]).to.deep.equal(['0', '1000']);
    });

    it('maps ids as a user namespace that exists does', async () => {
      const holder = spawn('unshare', ['--user', 'sleep', '60']);
      try {
        const ended = once(holder, 'close');
        const proc = `/proc/${String(holder.pid)}`;
        while (readlinkSync(`${proc}/ns/user`) === readlinkSync('/proc/self/ns/user')) await setTimeout(2);
        for (const file of ['uid_map', 'gid_map']) writeFileSync(`${proc}/${file}`, '0 5000 10');
        const idmap = { source, options: ['bind', 'idmap'] };
        const { stdout } = await make(idmap, `stat -c %u:%g ${target}/file`, { userNamespace: { path: `${proc}/ns/user` } });
        expect(stdout).to.equal('5000:5000\n');
        expect(await fails(idmap, { userNamespace: { path: `${proc}/ns/net` } })).to.match(/: map its ids/);
        expect(await fails(idmap, { userNamespace: { path: `${proc}/ns/absent` } })).to.match(
          /user namespace for its mappings: no such file/,
        );
        holder.kill('SIGKILL');
        await ended;
      } finally {
        holder.kill('SIGKILL');
      }
    });

    it('makes 200 of them', async () => {
      const mounts = [...Array(200).keys()].map((i): Mount => ({
        destination: `${target}/${String(i)}`,
        source,
        options: ['rbind', 'ro', 'rprivate'],
      }));
      const { stdout, stderr } = await inContainer(`cat ${target}/*/file | wc -l; ls /proc/self/fd | wc -l`, { mounts });
      expect(stderr).to.equal('');
      expect(stdout).to.equal(`200\n${await openFds()}`);
    });
  });

  describe('changes of mounts', () => {
    const first: (target: string) => Mount = (destination) => ({ destination, type: 'tmpfs', options: ['nosuid', 'size=64k'] });

    it('changes the filesystem and the mount', async () => {
      const entry = mountAt(await make({ options: ['remount', 'noexec', 'size=128k'] }, show, { mounts: [first(target)] }), target);
      expect(flagsOf(entry)).to.equal('rw nosuid noexec');
      expect(entry.superOptions).to.include('size=128k');
      const readonly = mountAt(await make({ options: ['remount', 'ro'] }, show, { mounts: [first(target)] }), target);
      expect([flagsOf(readonly), readonly.superOptions[0]]).to.deep.equal(['ro nosuid', 'ro']);
    });

    it('changes the mount alone', async () => {
      const entry = mountAt(await make({ options: ['bind', 'remount', 'ro', 'suid'] }, show, { mounts: [first(target)] }), target);
      expect([flagsOf(entry), entry.superOptions[0]]).to.deep.equal(['ro', 'rw']);
    });

    it('finds nothing to change where nothing is mounted', async () => {
      expect(await fails({ options: ['remount', 'bind', 'ro'] })).to.equal('remount "/target": invalid argument');
    });
  });

  describe('cgroups', () => {
    const mount: Mount = {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
    };

    before(function () {
      if (!cgroupFacts().mountinfo.includes(' - cgroup ')) skip(this, 'needs cgroup v1');
    });

    for (const [how, settings, source_] of [
      ['binds the own one of each hierarchy', {}, '/'],
      ['mounts them in a cgroup namespace', { namespaces: { cgroup: true }, unshare: ['--cgroup'] }, '/'],
    ] as const) {
      it(how, async () => {
        const cgroups = cgroupFacts();
        const { stdout, stderr } = await inContainer(show, { mounts: [{ ...mount, destination: target }], cgroups, ...settings });
        expect(stderr).to.equal('');
        const made = parseMountinfo(stdout).filter(({ mountPoint }) => mountPoint.startsWith(`${target}/`));
        const host = parseMountinfo(cgroups.mountinfo).filter(({ type }) => type === 'cgroup');
        expect(made.map(({ mountPoint }) => mountPoint.slice(target.length + 1))).to.deep.equal(
          host.map(({ mountPoint }) => mountPoint.slice('/sys/fs/cgroup/'.length)),
        );
        expect(new Set(made.map(flagsOf))).to.deep.equal(new Set(['ro nosuid nodev noexec']));
        expect(flagsOf(mountAt({ stdout } as Outcome, target))).to.equal('ro nosuid nodev noexec');
        if ('namespaces' in settings) expect(new Set(made.map(({ root }) => root))).to.deep.equal(new Set([source_]));
      });
    }
  });

  describe('tmpcopyup', () => {
    it('starts a tmpfs with what it covers', async () => {
      mkdirSync(join(source, 'deep/er/still'), { recursive: true });
      writeFileSync(join(source, 'deep/er/still/big'), 'x'.repeat(3_000_000));
      writeFileSync(join(source, 'suid'), '#!', { mode: 0o755 });
      for (let i = 0; i < 300; i++) writeFileSync(join(source, `many ${String(i)}`), String(i));
      const script = `cd ${source} && chown 12:34 suid deep/er && chmod 4751 suid && chmod 2750 deep/er && touch -d 2001-02-03T04:05:06.789 suid &&
        ln -s some/where link && ln -s x short && mkfifo fifo && mknod device c 5 1 && mknod big-minor b 259 70000 && chown -h 7:8 link`;
      expect((await inContainer(script)).stderr).to.equal('');
      const list = `find . -mindepth 1 -printf '%p %M %U:%G %s %l %y\\n' | grep -v ' d$' | sort; find . -type d -printf '%p %m %U:%G\\n' | sort; stat -c '%n %t:%T' device big-minor; stat -c %y suid; cat deep/er/still/big | md5sum; cat many* | md5sum`;
      const there = (await inContainer(`cd ${source} && ${list}`)).stdout;
      const copy = await inContainer(`cd ${source} && ${list} && rm -r deep && echo gone > file`, {
        mounts: [{ destination: source, type: 'tmpfs', options: ['tmpcopyup'] }],
      });
      expect(copy.stderr).to.equal('');
      expect(copy.stdout).to.equal(there);
      expect(there.split('\n')).to.have.length.above(315);
      expect(readFileSync(join(source, 'file'), 'utf8')).to.equal('content\n');
      expect(existsSync(join(source, 'deep/er/still/big'))).to.equal(true);
    });

    it('copies an empty directory, and one that it made', async () => {
      expect((await make({ type: 'tmpfs', options: ['tmpcopyup'] }, `ls -A ${target}`)).stdout).to.equal('');
      expect((await make({ type: 'tmpfs', destination: `${target}/made`, options: ['copyup'] }, `ls -A ${target}/made`)).stdout).to.equal(
        '',
      );
    });

    it('keeps to the size of the tmpfs', async () => {
      writeFileSync(join(target, 'big'), 'x'.repeat(200_000));
      expect(await fails({ type: 'tmpfs', options: ['tmpcopyup', 'size=64k'] })).to.equal(
        'mount "tmpfs" on "/target": copy up what it covers: no space left on device',
      );
    });

    it('says when a tree is too deep, and leaves no directory open', async () => {
      const deep = (depth: number): string => Array(depth).fill('d').join('/');
      mkdirSync(join(target, deep(60)), { recursive: true });
      const limited = { as: ['prlimit', '--nofile=256'] };
      expect(
        (await make({ type: 'tmpfs', options: ['tmpcopyup'] }, `ls -d ${target}/${deep(60)}; ls /proc/self/fd | wc -l`, limited)).stdout,
      ).to.equal(`${target}/${deep(60)}\n${await openFds()}`);
      mkdirSync(join(target, deep(120)), { recursive: true });
      expect(await fails({ type: 'tmpfs', options: ['tmpcopyup'] }, limited)).to.equal(
        'mount "tmpfs" on "/target": copy up what it covers: it is too deep: too many open files',
      );
    });
  });
});
