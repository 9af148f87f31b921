import { mkdirSync, readFileSync, symlinkSync, writeFileSync, existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { AT, mkdirAllInRoot, O, openat, openBeneath, openInRoot, openPort, OwnedFd, readAll, type SyscallPort } from '@standpipe/syscalls';
import { withoutFdLeaks } from '@standpipe/syscalls/testing';
import { inTempDir, skip } from './needs.js';

describe('paths in a hostile root', () => {
  let port: SyscallPort;
  before(function () {
    if (process.platform !== 'linux') skip(this, 'needs Linux');
    port = openPort();
  });

  /** A root with a file in it, and beside it `outside/secret`, which must never be reached. */
  function inRoot(body: (rootFd: number, root: string, outside: string) => void): void {
    withoutFdLeaks(() =>
      inTempDir((dir) => {
        const [root, outside] = [join(dir, 'root'), join(dir, 'outside')];
        mkdirSync(join(root, 'etc'), { recursive: true });
        mkdirSync(outside);
        writeFileSync(join(root, 'etc/file'), 'inside');
        writeFileSync(join(outside, 'secret'), 'outside');
        using fd = new OwnedFd(port, openat(port, AT.FDCWD, root, O.PATH | O.DIRECTORY | O.CLOEXEC));
        body(fd.fd, root, outside);
      }),
    );
  }

  function contents(fd: OwnedFd): string {
    using held = fd;
    return new TextDecoder().decode(readAll(port, held.fd, 1000));
  }

  it('stay in the root by "..", by absolute path and by every kind of link', () => {
    inRoot((fd, root) => {
      symlinkSync('/etc/file', join(root, 'absolute'));
      symlinkSync('../../../../../../etc/file', join(root, 'relative'));
      symlinkSync('/', join(root, 'top'));
      for (const path of ['etc/file', '/etc/file', '../../etc/file', 'absolute', 'relative', 'top/../../etc/file', 'etc/../top/etc/file']) {
        expect(contents(openInRoot(port, fd, path, O.RDONLY)), path).to.equal('inside');
      }
    });
  });

  it('do not reach a neighbour of the root', () => {
    inRoot((fd, root, outside) => {
      symlinkSync(join(outside, 'secret'), join(root, 'absolute'));
      symlinkSync('../outside/secret', join(root, 'relative'));
      for (const path of ['../outside/secret', 'absolute', 'relative', join(outside, 'secret')]) {
        expect(() => openInRoot(port, fd, path, O.RDONLY), path).to.throw('ENOENT');
      }
    });
  });

  it('follow no magic link', () => {
    using proc = new OwnedFd(port, openat(port, AT.FDCWD, '/proc', O.PATH | O.CLOEXEC));
    for (const path of ['self/root', 'self/root/etc', 'self/cwd', 'self/exe', `self/fd/${proc.fd}`]) {
      expect(() => openInRoot(port, proc.fd, path, O.RDONLY), path).to.throw('ELOOP');
      expect(() => openBeneath(port, proc.fd, path, O.RDONLY), path).to.throw('ELOOP');
    }
  });

  it('create files in the root only, and mark fds close-on-exec', () => {
    inRoot((fd, root, outside) => {
      symlinkSync(join(outside, 'new'), join(root, 'trap'));
      expect(() => openInRoot(port, fd, 'trap', O.WRONLY | O.CREAT, 0o600)).to.throw('ENOENT');
      expect(existsSync(join(outside, 'new'))).to.equal(false);
      using made = openInRoot(port, fd, 'etc/new', O.WRONLY | O.CREAT | O.EXCL, 0o600);
      expect(lstatSync(join(root, 'etc/new')).mode & 0o777).to.equal(0o600);
      expect(/^flags:\s+\d*2\d{6}$/m.test(readFileSync(`/proc/self/fdinfo/${made.fd}`, 'utf8'))).to.equal(true);
    });
  });

  it('are refused rather than bent by openBeneath', () => {
    inRoot((fd, root) => {
      symlinkSync('/etc/file', join(root, 'absolute'));
      symlinkSync('etc/file', join(root, 'beneath'));
      expect(contents(openBeneath(port, fd, 'beneath', O.RDONLY))).to.equal('inside');
      expect(contents(openBeneath(port, fd, 'etc/../etc/file', O.RDONLY))).to.equal('inside');
      for (const path of ['/etc/file', '..', 'etc/../../root/etc/file', 'absolute']) {
        expect(() => openBeneath(port, fd, path, O.RDONLY), path).to.throw('EXDEV');
      }
    });
  });

  describe('mkdirAllInRoot', () => {
    it('makes what is missing, through links that stay inside', () => {
      inRoot((fd, root) => {
        symlinkSync('/etc', join(root, 'link'));
        mkdirAllInRoot(port, fd, '/link/../link/a/./b', 0o700).close();
        using again = mkdirAllInRoot(port, fd, 'etc/a/b', 0o755);
        expect(lstatSync(join(root, 'etc/a/b')).mode & 0o777).to.equal(0o700);
        expect(() => openat(port, again.fd, 'x', O.RDONLY)).to.throw('ENOENT');
      });
    });

    it('gives the root itself for an empty path', () => {
      inRoot((fd) => {
        for (const path of ['', '/', '.', '..']) {
          using root = mkdirAllInRoot(port, fd, path, 0o755);
          using etc = openBeneath(port, root.fd, 'etc/file', O.PATH);
          expect(etc.closed, path).to.equal(false);
        }
      });
    });

    it('makes nothing outside, whatever the links say', () => {
      inRoot((fd, root, outside) => {
        symlinkSync(outside, join(root, 'out'));
        symlinkSync('../outside/made', join(root, 'dangling'));
        expect(() => mkdirAllInRoot(port, fd, 'out/made', 0o755)).to.throw('ENOTDIR');
        expect(() => mkdirAllInRoot(port, fd, 'dangling', 0o755)).to.throw('ENOTDIR');
        mkdirAllInRoot(port, fd, '../outside/made', 0o755).close();
        expect(existsSync(join(outside, 'made'))).to.equal(false);
        expect(existsSync(join(root, 'outside/made'))).to.equal(true);
      });
    });

    it('refuses ".." behind what does not exist, and a file on the way', () => {
      inRoot((fd, root) => {
        expect(() => mkdirAllInRoot(port, fd, 'new/../etc2', 0o755))
          .to.throw('leads nowhere')
          .with.property('code', 'PATH_INVALID');
        expect(existsSync(join(root, 'new'))).to.equal(false);
        expect(() => mkdirAllInRoot(port, fd, 'etc/file/x', 0o755)).to.throw('ENOTDIR');
        expect(() => mkdirAllInRoot(port, fd, 'etc/file', 0o755)).to.throw('ENOTDIR');
      });
    });
  });

  it('hold while a directory and a link out are swapped under them', async function () {
    this.timeout(20_000);
    await swapRace(port);
  });
});

/** Swaps `root/d` (a directory) with `root/l` (a link out of the root) on another thread as fast as it goes, while paths through it are opened and made. */
async function swapRace(port: SyscallPort): Promise<void> {
  const swapper = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.module).then((s) => {
      const port = s.openPort();
      const nr = s.syscallNumber('renameat2');
      parentPort.postMessage('ready');
      const stop = new Int32Array(workerData.stop);
      let swaps = 0;
      while (Atomics.load(stop, 0) === 0) { port.syscall(nr, -100, workerData.root + '/d', -100, workerData.root + '/l', s.RENAME.EXCHANGE); swaps++; }
      parentPort.postMessage(swaps);
    });`;
  const { promise: finished, resolve } = withResolvers<number>();
  await inTempDirAsync(async (dir) => {
    const [root, outside] = [join(dir, 'root'), join(dir, 'outside')];
    mkdirSync(join(root, 'd'), { recursive: true });
    mkdirSync(outside);
    writeFileSync(join(root, 'd/file'), 'inside');
    writeFileSync(join(outside, 'file'), 'outside');
    symlinkSync(outside, join(root, 'l'));
    const stop = new SharedArrayBuffer(4);
    const worker = new Worker(swapper, { eval: true, workerData: { root, stop, module: import.meta.resolve('@standpipe/syscalls') } });
    await new Promise<void>((ready) => {
      worker.on('message', (message: 'ready' | number) => (message === 'ready' ? ready() : resolve(message)));
    });
    try {
      openWhileSwapped(port, root);
    } finally {
      Atomics.store(new Int32Array(stop), 0, 1);
      const swaps = await finished;
      await worker.terminate();
      expect(swaps).to.be.greaterThan(10);
    }
    expect(existsSync(join(outside, 'made'))).to.equal(false);
  });
}

function openWhileSwapped(port: SyscallPort, root: string): void {
  using fd = new OwnedFd(port, openat(port, AT.FDCWD, root, O.PATH | O.DIRECTORY | O.CLOEXEC));
  let opened = 0;
  let refused = 0;
  for (let round = 0; round < 4000; round++) {
    try {
      using file = openInRoot(port, fd.fd, round % 2 === 0 ? 'd/file' : 'd/../d/file', O.RDONLY);
      expect(new TextDecoder().decode(readAll(port, file.fd, 100))).to.equal('inside');
      opened++;
    } catch (error) {
      expect((error as { code?: string }).code).to.be.oneOf(['ENOENT', 'EAGAIN']);
      refused++;
    }
    try {
      mkdirAllInRoot(port, fd.fd, `d/made/${round}`, 0o755).close();
    } catch (error) {
      expect((error as { code?: string }).code).to.be.oneOf(['ENOENT', 'EAGAIN', 'ELOOP', 'ENOTDIR']);
    }
    // On a machine with one core the other thread has to get its turn.
    if (round > 1000 && opened > 0 && refused > 0) break;
  }
  expect(opened).to.be.greaterThan(0);
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

async function inTempDirAsync(body: (dir: string) => Promise<void>): Promise<void> {
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const dir = await mkdtemp(join(tmpdir(), 'standpipe-syscalls-'));
  try {
    await body(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
