import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AT, O, S_IFCHR, S_IFDIR, S_IFREG } from '@standpipe/syscalls';
import {
  branchUnlessInode,
  expectInode,
  here,
  label,
  makeInRoot,
  type MakeInRootSettings,
  type Op,
  openInRoot,
  reg,
  resolveInRoot,
  sys,
} from '@standpipe/program';
import { type Outcome, runOps } from '@standpipe/program/testing';
import { leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { print } from './sections.js';

let top: string;
let rootPath: string;
const root = reg('root');
const openRoot = (): Op => sys('openat', [AT.FDCWD, rootPath, O.PATH | O.DIRECTORY | O.CLOEXEC, 0], { to: root, say: 'open the root' });

/** A root with a secret beside it, and links that lead there. */
function lay(): void {
  top = mkdtempSync(join(tmpdir(), 'standpipe-paths-'));
  rootPath = join(top, 'root');
  mkdirSync(join(rootPath, 'etc'), { recursive: true });
  writeFileSync(join(rootPath, 'etc/name'), 'inside');
  writeFileSync(join(top, 'name'), 'outside');
  symlinkSync('../../name', join(rootPath, 'etc/up'));
  symlinkSync(join(top, 'name'), join(rootPath, 'absolute'));
  symlinkSync('/etc', join(rootPath, 'link'));
  symlinkSync('nowhere', join(rootPath, 'dangling'));
}

describe('paths in a root', () => {
  leaveNothing();
  beforeEach(lay);
  afterEach(() => rmSync(top, { recursive: true }));

  it('lead where they lead inside it, and not out', async () => {
    const read = (path: string): Promise<Outcome> => {
      const fd = reg('fd');
      return runOps([
        openRoot(),
        openInRoot(root, path, O.RDONLY, { to: fd, say: `open ${JSON.stringify(path)}` }),
        sys('sendfile', [1, fd, null, 100], { say: 'show it' }),
      ]);
    };
    for (const path of ['etc/name', 'link/name', '/etc/name', '../../etc/name']) {
      expect(await read(path), path).to.include({ code: 0, stdout: 'inside' });
    }
    for (const path of ['etc/up', 'absolute', '../name']) {
      expect(await read(path), path).to.include({
        code: 1,
        stdout: '',
        stderr: `open ${JSON.stringify(path)}: no such file or directory\n`,
      });
    }
    // A magic link leads anywhere.
    symlinkSync('/proc/self/root', join(rootPath, 'magic'));
    expect((await read('magic/etc/hostname')).code).to.equal(1);
    const proc = [
      sys('openat', [AT.FDCWD, '/', O.PATH, 0], { to: root }),
      openInRoot(root, 'proc/self/root/etc', O.PATH, { say: 'open it' }),
    ];
    expect((await runOps(proc)).stderr).to.equal('open it: too many levels of symbolic links\n');
  });

  it('are resolved, or made by other ops where they are missing', async () => {
    const fd = reg('fd');
    const resolve = (path: string, missing?: Op[]): Promise<Outcome> =>
      runOps([openRoot(), ...resolveInRoot(root, path, fd, { say: 'open it', missing })]);
    expect(await resolve('etc/name')).to.include({ code: 0 });
    expect(await resolve('etc/none')).to.include({ code: 1, stderr: 'open it: no such file or directory\n' });
    expect(await resolve('etc/none', [print('missing')])).to.include({ code: 0, stdout: 'missing' });
    expect(await resolve('etc/name', [print('missing')])).to.include({ code: 0, stdout: '' });
  });

  describe('made', () => {
    const make = (path: string, settings: MakeInRootSettings): Promise<Outcome> => {
      const to = reg('made');
      return runOps([
        openRoot(),
        ...makeInRoot(root, path, to, { say: `make ${JSON.stringify(path)}`, ...settings }),
        ...expectInode(to, { type: settings.kind === 'file' ? S_IFREG : S_IFDIR }, { say: 'it is no such thing' }),
      ]);
    };

    it('have their parents made, and the permissions asked for', async () => {
      const wrapper = ['sh', '-c', 'umask 0; exec "$0"'];
      const to = reg('made');
      const ops = [
        openRoot(),
        ...makeInRoot(root, '/a/b/c', to, { kind: 'file', mode: 0o640, say: 'make it' }),
        ...makeInRoot(root, 'a/d', to, { kind: 'directory', mode: 0o700, say: 'make it' }),
      ];
      expect(await runOps(ops, { wrapper })).to.include({ code: 0, stderr: '' });
      const modes = ['a', 'a/b', 'a/b/c', 'a/d'].map((path) => lstatSync(join(rootPath, path)).mode.toString(8));
      expect(modes).to.deep.equal(['40755', '40755', '100640', '40700']);
    });

    it('are opened when they are there', async () => {
      expect(await make('etc/name', { kind: 'file' })).to.include({ code: 0, stderr: '' });
      expect(await make('.', { kind: 'directory' })).to.include({ code: 0, stderr: '' });
      expect(readFileSync(join(rootPath, 'etc/name'), 'utf8')).to.equal('inside');
    });

    it('stay inside, whatever links there are', async () => {
      expect(await make('link/new', { kind: 'file' })).to.include({ code: 0 });
      expect(readdirSync(join(rootPath, 'etc')).toSorted()).to.deep.equal(['name', 'new', 'up']);
      expect(await make('../../up/above', { kind: 'directory' })).to.include({ code: 0 });
      expect(readdirSync(top).toSorted()).to.deep.equal(['name', 'root']);
      expect(lstatSync(join(rootPath, 'up/above')).isDirectory()).to.equal(true);
    });

    it('are not made through a dangling link or a file', async () => {
      expect(await make('dangling', { kind: 'file' })).to.include({ code: 1, stderr: 'make "dangling": no such file or directory\n' });
      expect(await make('etc/name/below', { kind: 'directory' })).to.include({
        code: 1,
        stderr: 'make "etc/name/below": not a directory\n',
      });
    });
  });
});

describe('inodes', () => {
  leaveNothing();
  const fd = reg('fd');
  const open = (path: string): Op => sys('openat', [AT.FDCWD, path, O.PATH, 0], { to: fd, say: 'open it' });
  const expected = (path: string, inode: Parameters<typeof expectInode>[1]): Promise<Outcome> =>
    runOps([open(path), ...expectInode(fd, inode, { say: 'it is another' })]);

  it('are held to their type and device number', async () => {
    expect(await expected('/dev/null', { type: S_IFCHR, major: 1, minor: 3 })).to.include({ code: 0 });
    expect(await expected('/', { type: S_IFDIR })).to.include({ code: 0 });
    const wrong = { code: 1, stderr: 'it is another\n' };
    expect(await expected('/dev/null', { type: S_IFREG })).to.include(wrong);
    expect(await expected('/dev/null', { type: S_IFCHR, major: 1, minor: 5 })).to.include(wrong);
    expect(await expected('/dev/zero', { type: S_IFCHR, major: 5, minor: 5 })).to.include(wrong);
    expect(await expected('/dev/zero', { type: S_IFCHR, major: 1, minor: 3 })).to.include(wrong);
  });

  it('can be told apart without an error', async () => {
    const other = label('other');
    const ops = (path: string): Op[] => [
      open(path),
      ...branchUnlessInode(fd, { type: S_IFCHR, major: 1, minor: 3 }, other, { say: 'look' }),
      print('null'),
      here(other),
    ];
    expect(await runOps(ops('/dev/null'))).to.include({ code: 0, stdout: 'null' });
    expect(await runOps(ops('/dev/zero'))).to.include({ code: 0, stdout: '' });
  });
});
