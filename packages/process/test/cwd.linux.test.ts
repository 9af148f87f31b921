import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AT, O } from '@standpipe/syscalls';
import { type Op, reg, sys } from '@standpipe/program';
import { type Outcome, runOps } from '@standpipe/program/testing';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { planCwd, planMakeCwd } from '../src/index.js';
import { failed, fine } from './run.js';

const outside = (cwd: string): Outcome =>
  failed(`the working directory "${cwd}" is outside of the container's root: possible container breakout`);

describe('the working directory on Linux', () => {
  leaveNothing();
  let root: string;
  before(function () {
    needsRoot(this);
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'standpipe-cwd-'));
    chmodSync(root, 0o755);
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const enterRoot = (): Op[] => [sys('chroot', [root], { say: 'change the root' }), sys('chdir', ['/'], { say: 'go there' })];
  const become = (uid: number): Op => sys('setresuid', [uid, uid, uid], { say: 'become a user' });

  describe('entered', () => {
    const enter = (cwd: string, { first = [] as Op[], then = [] as Op[], user = [] as Op[] } = {}): Promise<Outcome> => {
      const { beforeUser, afterUser } = planCwd(cwd);
      return runOps([...first, ...enterRoot(), ...then, ...beforeUser, ...user, ...afterUser]);
    };

    it('is there, or a clear error', async () => {
      mkdirSync(join(root, 'work'));
      expect(await enter('/work')).to.deep.equal(fine());
      expect(await enter('/')).to.deep.equal(fine());
      expect(await enter('/absent')).to.deep.equal(failed('change to the working directory "/absent": no such file or directory'));
    });

    it('is entered as root where the user may not, and as the user where root may not', async () => {
      mkdirSync(join(root, 'secret/work'), { recursive: true, mode: 0o700 });
      expect(await enter('/secret/work', { user: [become(1000)] })).to.deep.equal(fine());
      // Root without capabilities, in a directory of another's: what FUSE and NFS do to it.
      mkdirSync(join(root, 'own'), { mode: 0o700 });
      chownSync(join(root, 'own'), 1000, 1000);
      const stripped = [sys('setfsuid', [2000])];
      expect(await enter('/own', { then: stripped, user: [become(1000)] })).to.deep.equal(fine());
      expect(await enter('/own', { then: stripped, user: [become(3000)] })).to.deep.equal(
        failed('change to the working directory "/own": permission denied'),
      );
    });

    it('through a leaked fd is refused (CVE-2024-21626)', async () => {
      mkdirSync(join(root, 'proc'));
      const leak = reg('leaked');
      const first = [
        sys('unshare', [0x20000], { say: 'have mounts of our own' }),
        sys('mount', [null, '/', null, 0x44000, null], { say: 'make them private' }),
        sys('mount', ['proc', join(root, 'proc'), 'proc', 0, null], { say: 'mount procfs' }),
        sys('openat', [AT.FDCWD, '/', O.RDONLY | O.DIRECTORY], { to: leak, say: 'open the host' }),
        sys('dup3', [leak, 7, 0], { say: 'leak it' }),
      ];
      for (const cwd of ['/proc/self/fd/7', '/proc/self/fd/7/etc', '/proc/self/fd/7/../../etc']) {
        expect(await enter(cwd, { first }), cwd).to.deep.equal(outside(cwd));
      }
      symlinkSync('/proc/self/fd/7/tmp', join(root, 'link'));
      expect(await enter('/link', { first })).to.deep.equal(outside('/link'));
    });

    it('that was removed is refused', async () => {
      mkdirSync(join(root, 'gone'));
      const { beforeUser, afterUser } = planCwd('/gone');
      expect(await runOps([...enterRoot(), ...beforeUser, sys('rmdir', ['/gone'], { say: 'remove it' }), ...afterUser])).to.deep.equal(
        outside('/gone'),
      );
    });
  });

  describe('made', () => {
    const make = (cwd: string): Promise<Outcome> => {
      const fd = reg('root');
      return runOps([
        sys('openat', [AT.FDCWD, root, O.PATH | O.DIRECTORY | O.CLOEXEC], { to: fd, say: 'open the root' }),
        ...planMakeCwd(cwd, fd),
      ]);
    };

    it('with its parents, and left alone when it is there', async () => {
      expect(await make('/a/b/../c')).to.deep.equal(fine());
      expect(statSync(join(root, 'a/c')).mode & 0o777).to.equal(0o755);
      chmodSync(join(root, 'a/c'), 0o700);
      expect(await make('/a/c')).to.deep.equal(fine());
      expect(statSync(join(root, 'a/c')).mode & 0o777).to.equal(0o700);
    });

    it('inside the root, whatever links there are', async () => {
      const elsewhere = mkdtempSync(join(tmpdir(), 'standpipe-outside-'));
      try {
        symlinkSync(elsewhere, join(root, 'link'));
        symlinkSync('../../../../../..', join(root, 'up'));
        expect((await make('/link/work')).code).to.equal(1);
        expect(await make('/up/work')).to.deep.equal(fine());
        expect(await make('/../../../standpipe-cwd-escaped')).to.deep.equal(fine());
        expect(readdirSync(elsewhere)).to.deep.equal([]);
        expect(existsSync('/standpipe-cwd-escaped')).to.equal(false);
        expect(readdirSync(root).sort()).to.deep.equal(['link', 'standpipe-cwd-escaped', 'up', 'work']);
      } finally {
        rmSync(elsewhere, { recursive: true });
      }
    });
  });
});
