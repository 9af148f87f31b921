import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { Stage } from '../stage.js';

describe('a full disk under the state directory', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  let disk: string;
  let on: Stage;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'standpipe-disk-'));
    on = new Stage('standpipe');
  });
  afterEach(async () => {
    await run('umount', [disk]);
    rmSync(disk, { recursive: true });
    await on.close();
  });
  leaveNothing({ ignore: ['cgroups'] });

  const mount = async (options: string): Promise<void> => {
    expect(await run('mount', ['-t', 'tmpfs', '-o', options, 'standpipe-disk', disk])).to.include({ code: 0 });
  };
  const call = async (...words: string[]): ReturnType<Stage['quietly']> => on.quietly(words, { root: join(disk, 'root') });
  const create = async (...options: string[]): ReturnType<Stage['quietly']> => call('create', '--bundle', on.bundle, ...options, on.id);

  /** Takes every byte that is left, and every inode. */
  function fill(): void {
    for (const size of [1 << 16, 4096, 1]) {
      try {
        for (let i = 0; ; i++) writeFileSync(join(disk, `filler-${String(size)}-${String(i)}`), Buffer.alloc(size));
      } catch (error) {
        expect(error).to.include({ code: 'ENOSPC' });
      }
    }
    expect(statfsSync(disk).bfree * statfsSync(disk).ffree).to.equal(0);
  }

  /** With more and more room, until there is enough. */
  async function createOn(options: (room: number) => string): Promise<number> {
    for (let room = 1; room < 40; room++) {
      await mount(options(room));
      const { code, stderr } = await create();
      if (code === 0) return room;
      expect(stderr, `room for ${String(room)}`).to.match(/no space left on device|written in part only/i);
      expect(on.left(), `room for ${String(room)}`).to.deep.equal([]);
      const left = await run('find', [disk, '-mindepth', '2']);
      expect(left.stdout, `room for ${String(room)}`).to.equal('');
      expect(await call('delete', '--force', on.id)).to.include({ code: 0, stderr: '' });
      await run('umount', [disk]);
    }
    throw new Error('never enough room');
  }

  it('fails the creation clearly, and leaves nothing, at whichever page it runs out', async () => {
    expect(await createOn((pages) => `size=${String(pages * 4)}k`)).to.be.greaterThan(2);
    expect(await call('delete', '--force', on.id)).to.include({ code: 0, stderr: '' });
  });

  it('or inode', async () => {
    expect(await createOn((inodes) => `nr_inodes=${String(inodes)}`)).to.be.greaterThan(4);
    expect(await call('delete', '--force', on.id)).to.include({ code: 0, stderr: '' });
  });

  it('keeps nobody from starting, steering and deleting what was created before', async () => {
    await mount('size=1m,nr_inodes=100');
    expect(await create()).to.include({ code: 0, stderr: '' });
    fill();
    for (const words of [
      ['state', on.id],
      ['start', on.id],
      ['list'],
      ['exec', on.id, 'true'],
      ['exec', '--detach', on.id, 'sleep', '1000'],
      ['pause', on.id],
      ['resume', on.id],
      ['update', '--pids-limit', '50', on.id],
      ['kill', on.id, '0'],
      ['delete', '--force', on.id],
    ]) {
      const { code, stderr } = await call(...words);
      expect({ words, code, stderr }).to.deep.equal({ words, code: 0, stderr: '' });
    }
    expect(on.left()).to.deep.equal([]);
  });

  it('or from deleting what was created and never started', async () => {
    await mount('size=1m,nr_inodes=100');
    expect(await create()).to.include({ code: 0, stderr: '' });
    fill();
    expect(await call('delete', on.id)).to.include({ code: 0, stderr: '' });
    expect(on.left()).to.deep.equal([]);
  });

  it('fails a creation by its pid file, too, and leaves nothing', async () => {
    await mount('size=1m,nr_inodes=100');
    mkdirSync(join(disk, 'root'), { mode: 0o700 });
    fill();
    const pidFile = join(disk, 'pid');
    const { code, stderr } = await on.quietly(['create', '--bundle', on.bundle, '--pid-file', pidFile, on.id]);
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/no space left on device/i)
      .and.include(pidFile);
    expect(on.left()).to.deep.equal([]);
  });

  it('fails no verb by its log', async () => {
    await mount('size=1m,nr_inodes=100');
    fill();
    const { code, stderr } = await on.quietly(['state', 'nobody'], { global: ['--log', join(disk, 'log'), '--log-format', 'json'] });
    expect(code).to.equal(1);
    expect(stderr).to.include('container does not exist');
  });
});
