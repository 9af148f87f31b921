import { spawn, spawnSync } from 'node:child_process';
import {
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
import { AT, CLONE, O } from '@standpipe/syscalls';
import { type Op, reg, sys } from '@standpipe/program';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { hostDevice, type LinuxDevice, planDevices } from '../src/index.js';
import { type Outcome, runOps } from '@standpipe/program/testing';
import { leaveNothing, needsRoot } from '@standpipe/test-support';

/** Moves a directory out of a link's way and back, as fast as it can. */
const swapForever = `
  const { renameSync } = require('node:fs');
  const [dev, link] = process.argv.slice(1);
  for (;;) {
    renameSync(dev, dev + '.real'); renameSync(link, dev);
    renameSync(dev, link); renameSync(dev + '.real', dev);
  }`;

describe('planDevices on Linux', () => {
  let dir: string;

  leaveNothing();
  before(function () {
    needsRoot(this);
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'standpipe-devices-'));
    mkdirSync(join(dir, 'dev'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  async function make(
    devices: readonly LinuxDevice[] = [],
    settings: { first?: Op[]; last?: Op[]; inUserNamespace?: boolean; wrapper?: string[] } = {},
  ): Promise<Outcome> {
    const root = reg('root');
    const { first = [], last = [], inUserNamespace = false, wrapper = [] } = settings;
    return runOps(
      [
        ...first,
        sys('openat', [AT.FDCWD, dir, O.PATH | O.DIRECTORY | O.CLOEXEC], { to: root, say: 'open the test root' }),
        ...planDevices(devices, { root, inUserNamespace }),
        ...last,
      ],
      { wrapper },
    );
  }
  const fine: Outcome = { code: 0, signal: null, stdout: '', stderr: '' };

  it('makes the default nodes and links', async () => {
    expect(await make([], { first: [sys('umask', [0o077])] })).to.deep.equal(fine);
    for (const name of ['null', 'zero', 'full', 'random', 'urandom', 'tty']) {
      expect({ ...hostDevice(join(dir, 'dev', name)), path: '' }).to.deep.equal({
        ...hostDevice(`/dev/${name}`),
        path: '',
        fileMode: 0o666,
        uid: 0,
        gid: 0,
      });
    }
    expect(readlinkSync(join(dir, 'dev/ptmx'))).to.equal('pts/ptmx');
    expect(readlinkSync(join(dir, 'dev/stdin'))).to.equal('/proc/self/fd/0');
    expect(existsSync('/proc/kcore')).to.equal(readdirSync(join(dir, 'dev')).includes('core'));
  });

  it('is content with what it made before', async () => {
    expect(await make()).to.deep.equal(fine);
    const inode = lstatSync(join(dir, 'dev/null')).ino;
    expect(await make()).to.deep.equal(fine);
    expect(lstatSync(join(dir, 'dev/null')).ino).to.equal(inode);
  });

  it('makes a missing /dev', async () => {
    rmSync(join(dir, 'dev'), { recursive: true });
    expect(await make()).to.deep.equal(fine);
    expect(lstatSync(join(dir, 'dev/null')).isCharacterDevice()).to.equal(true);
  });

  it('makes declared devices exactly as declared, in directories that it makes', async () => {
    const devices: LinuxDevice[] = [
      { type: 'c', path: '/dev/deep/er/char', major: 10, minor: 229, fileMode: 0o1621, uid: 12, gid: 34 },
      { type: 'b', path: '/block', major: 259, minor: 70000, fileMode: 0 },
      { type: 'p', path: '/dev/pipe', fileMode: 0o600, uid: 1, gid: 0 },
    ];
    expect(await make(devices, { first: [sys('umask', [0o077])] })).to.deep.equal(fine);
    expect(devices.map(({ path }) => hostDevice(join(dir, path)))).to.deep.equal([
      { ...devices[0], path: join(dir, 'dev/deep/er/char') },
      { ...devices[1], path: join(dir, 'block'), uid: 0, gid: 0 },
      { ...devices[2], path: join(dir, 'dev/pipe') },
    ]);
    expect(lstatSync(join(dir, 'dev/deep')).mode & 0o777).to.equal(0o755);
  });

  it('replaces what a default node must not be, without following it', async () => {
    const victim = join(dir, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, join(dir, 'dev/null'));
    writeFileSync(join(dir, 'dev/zero'), 'not a device');
    spawnSync('mknod', [join(dir, 'dev/full'), 'c', '1', '3']);
    symlinkSync('/etc', join(dir, 'dev/ptmx'));
    expect(await make()).to.deep.equal(fine);
    expect(readFileSync(victim, 'utf8')).to.equal('untouched');
    for (const [name, minor] of [
      ['null', 3],
      ['zero', 5],
      ['full', 7],
    ] as const)
      expect(hostDevice(join(dir, 'dev', name)).minor).to.equal(minor);
    expect(readlinkSync(join(dir, 'dev/ptmx'))).to.equal('pts/ptmx');
  });

  it('refuses to take over a file for a declared device', async () => {
    writeFileSync(join(dir, 'dev/thing'), 'mine');
    expect(await make([{ type: 'c', path: '/dev/thing', major: 1, minor: 3 }])).to.deep.equal({
      code: 1,
      signal: null,
      stdout: '',
      stderr: '"/dev/thing" exists and is not character device 1:3\n',
    });
    expect(readFileSync(join(dir, 'dev/thing'), 'utf8')).to.equal('mine');
  });

  it('stays inside the root when /dev is a link that leads out', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'standpipe-outside-'));
    try {
      rmSync(join(dir, 'dev'), { recursive: true });
      symlinkSync(outside, join(dir, 'dev'));
      const { code } = await make();
      expect(code).to.equal(1);
      expect(readdirSync(outside)).to.deep.equal([]);
      mkdirSync(join(dir, outside), { recursive: true });
      expect(await make()).to.deep.equal(fine);
      expect(readdirSync(outside)).to.deep.equal([]);
      expect(readdirSync(join(dir, outside))).to.include('null');
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it('stays inside the root with a device path full of links and dots', async () => {
    symlinkSync('/../../../../../../tmp', join(dir, 'dev/out'));
    expect((await make([{ type: 'c', path: '/dev/out/standpipe-escaped', major: 1, minor: 3 }])).code).to.equal(1);
    expect(await make([{ type: 'c', path: '/../../standpipe-escaped', major: 1, minor: 3 }])).to.deep.equal(fine);
    expect(existsSync('/tmp/standpipe-escaped')).to.equal(false);
    expect(existsSync('/standpipe-escaped')).to.equal(false);
    expect(existsSync(join(dir, 'standpipe-escaped'))).to.equal(true);
  });

  it('stays inside the root while /dev is swapped for a link and back', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'standpipe-outside-'));
    symlinkSync(outside, join(dir, 'link'));
    const swapper = spawn(process.execPath, ['-e', swapForever, join(dir, 'dev'), join(dir, 'link')], { stdio: 'ignore' });
    try {
      for (let i = 0; i < 60; i++) await make([{ type: 'c', path: '/dev/sub/node', major: 1, minor: 3, uid: 1 }]);
      expect(readdirSync(outside)).to.deep.equal([]);
    } finally {
      swapper.kill('SIGKILL');
      rmSync(outside, { recursive: true });
    }
  });

  describe('where nodes cannot be made', () => {
    const privateMounts: Op[] = [
      sys('unshare', [CLONE.NEWNS], { say: 'unshare' }),
      sys('mount', [null, '/', null, 0x44000, null], { say: 'make private' }),
    ];
    /** Fails unless the file can be written to: only a working /dev/null lets CLONE_NEWUSER's root do that, its own nodes are dead. */
    const usesNull = (): Op[] => {
      const file = reg('file');
      return [
        sys('openat', [AT.FDCWD, join(dir, 'dev/null'), O.WRONLY | O.CLOEXEC], { to: file, say: 'open the null device' }),
        sys('write', [file, 'gone', 4], { say: 'write to it' }),
      ];
    };

    it('binds in a user namespace', async () => {
      expect(await make([], { inUserNamespace: true, wrapper: ['unshare', '-Urm'], last: usesNull() })).to.deep.equal(fine);
      expect(lstatSync(join(dir, 'dev/null')).isFile()).to.equal(true);
    });

    it('binds after all when mknod says EPERM', async () => {
      expect(await make([], { wrapper: ['unshare', '-Urm'], last: usesNull() })).to.deep.equal(fine);
    });

    it('binds over a link and not over where it leads', async () => {
      const victim = join(dir, 'victim');
      writeFileSync(victim, 'untouched');
      symlinkSync(victim, join(dir, 'dev/null'));
      const cat = reg('victim');
      const outcome = await make([], {
        inUserNamespace: true,
        wrapper: ['unshare', '-Urm'],
        last: [
          sys('openat', [AT.FDCWD, victim, O.RDWR], { to: cat, say: 'open the victim' }),
          sys('fallocate', [cat, 0, 0, 9], { say: 'the victim is a file still' }),
        ],
      });
      expect(outcome).to.deep.equal(fine);
      expect(readFileSync(victim, 'utf8')).to.equal('untouched');
    });

    it('refuses a host node that is another device', async () => {
      expect(
        await make([{ type: 'c', path: '/dev/zero', major: 1, minor: 3 }], { inUserNamespace: true, first: privateMounts }),
      ).to.deep.equal({
        code: 1,
        signal: null,
        stdout: '',
        stderr: 'the host\'s "/dev/zero" is not character device 1:3\n',
      });
    });

    it('names a host device that is not there', async () => {
      expect(
        (await make([{ type: 'c', path: '/dev/absent', major: 1, minor: 3 }], { inUserNamespace: true, first: privateMounts })).stderr,
      ).to.match(/^take the host's "\/dev\/absent", since a device node can't be made here: no such file/i);
    });
  });
});
