import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import {
  AT,
  check,
  CLD,
  close,
  F,
  fcntl,
  findSyscall,
  fstat,
  fstatfsType,
  FS_MAGIC,
  ftruncate,
  memfdCreate,
  MFD,
  mkdirat,
  mknodat,
  O,
  openat,
  openPort,
  P,
  pidfdOpen,
  pidfdSendSignal,
  PR,
  prctl,
  readAll,
  readlinkat,
  RENAME,
  renameat2,
  S_IFCHR,
  S_IFDIR,
  S_IFMT,
  statx,
  symlinkat,
  type SyscallPort,
  syscallNumber,
  unlinkat,
  W,
  waitid,
  write,
} from '@standpipe/syscalls';
import { withoutFdLeaks } from '@standpipe/syscalls/testing';
import { openKoffiDoor } from '../src/koffi-door.js';
import { NativePort } from '../src/native-port.js';
import { inTempDir, needRoot, skip } from './needs.js';

describe('the port to the kernel', () => {
  let port: SyscallPort;
  before(function () {
    if (process.platform !== 'linux') skip(this, 'needs Linux');
    port = openPort();
  });

  it('is one for each thread', () => expect(openPort()).to.equal(port));

  it('makes calls and gives -errno', () => {
    expect(port.syscall(syscallNumber('getpid'))).to.equal(process.pid);
    expect(port.syscall(syscallNumber('close'), -1)).to.equal(-9);
    expect(port.syscall(100_000)).to.equal(-38);
  });

  it('works through koffi itself as through its compiled part', () => {
    const koffi: unknown = createRequire(import.meta.url)('koffi');
    const other = new NativePort(openKoffiDoor(() => koffi));
    expect(other.syscall(syscallNumber('getpid'))).to.equal(process.pid);
    expect(other.syscall(syscallNumber('close'), -1)).to.equal(-9);
  });

  it('says so when no native library loads', () => {
    const broken = (): never => {
      throw new Error('no addon');
    };
    expect(() => openKoffiDoor(broken))
      .to.throw('cannot be made from this process')
      .with.property('code', 'NOT_SUPPORTED');
  });

  it('passes six arguments and long strings whole', () => {
    // copy_file_range(in, &offIn, out, &offOut, len, flags)
    const [source, target] = [memfdCreate(port, 'in', MFD.CLOEXEC), memfdCreate(port, 'out', MFD.CLOEXEC)];
    write(port, source, new TextEncoder().encode('0123456789'));
    const offsets = [3n, 0n].map((offset) => new Uint8Array(new BigInt64Array([offset]).buffer));
    expect(port.syscall(syscallNumber('copy_file_range'), source, offsets[0] ?? null, target, offsets[1] ?? null, 4, 0)).to.equal(4);
    fcntl(port, target, F.GETFD);
    const reader = openat(port, AT.FDCWD, `/proc/self/fd/${target}`, O.RDONLY | O.CLOEXEC);
    expect(new TextDecoder().decode(readAll(port, reader, 100))).to.equal('3456');
    for (const fd of [source, target, reader]) close(port, fd);
    expect(() => openat(port, AT.FDCWD, 'x'.repeat(50_000), 0)).to.throw('ENAMETOOLONG');
    expect(() => openat(port, AT.FDCWD, `/${'ü'.repeat(100)}/${'/'.repeat(3000)}`, 0)).to.throw('ENOENT');
  });

  it('keeps buffers alive and in place while the kernel uses them', function () {
    this.timeout(10_000);
    const fd = memfdCreate(port, 'gc', MFD.CLOEXEC);
    const nr = syscallNumber('pwrite64');
    const got = syscallNumber('pread64');
    for (let round = 0; round < 20_000; round++) {
      const value = round & 0xff;
      // Small arrays start on the JavaScript heap, where they could move.
      expect(port.syscall(nr, fd, new Uint8Array(16).fill(value), 16, 0)).to.equal(16);
      const back = new Uint8Array(16);
      port.syscall(got, fd, back, 16, 0);
      if (!back.every((byte) => byte === value)) expect.fail(`round ${round}: ${back.join()}`);
    }
    close(port, fd);
  });

  it('offers addresses for structs with pointers', () => {
    const fd = memfdCreate(port, 'iov', MFD.CLOEXEC);
    const parts = ['ab', 'cde'].map((text) => new TextEncoder().encode(text));
    const iovec = new BigUint64Array(parts.flatMap((part) => [port.address(part), BigInt(part.byteLength)]));
    expect(port.syscall(syscallNumber('writev'), fd, new Uint8Array(iovec.buffer), parts.length)).to.equal(5);
    expect(fstat(port, fd).size).to.equal(5);
    close(port, fd);
  });

  it('agrees with the kernel on numbers: no call of the table is unknown that this kernel should have', () => {
    // A bad fd, so that nothing happens. ENOSYS would mean a wrong or an unassigned number.
    for (const name of ['openat2', 'close_range', 'pidfd_getfd', 'mount_setattr', 'epoll_pwait2', 'fsmount', 'execveat'] as const) {
      expect(port.syscall(findSyscall(name) ?? -1, -1, null, null, 0, 0, 0), name).to.not.equal(-38);
    }
  });

  it('costs nothing to import', () => {
    const script = `import '@standpipe/syscalls'; import fs from 'node:fs';
      if (/koffi/.test(fs.readFileSync('/proc/self/maps', 'utf8'))) throw new Error('loaded');`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    expect(stderr).to.equal('');
    expect(status).to.equal(0);
  });
});

describe('wrappers', () => {
  let port: SyscallPort;
  before(function () {
    needRoot(this);
    port = openPort();
  });

  it('make, read and remove a tree', () => {
    withoutFdLeaks(() =>
      inTempDir((path) => {
        const dir = openat(port, AT.FDCWD, path, O.PATH | O.DIRECTORY | O.CLOEXEC);
        mkdirat(port, dir, 'd', 0o750);
        const made = statx(port, dir, 'd', AT.SYMLINK_NOFOLLOW);
        expect(made.mode).to.equal(S_IFDIR | (0o750 & ~process.umask()));
        expect(made).to.include({ uid: 0, gid: 0 });
        symlinkat(port, 'x'.repeat(1000), dir, 'l');
        expect(readlinkat(port, dir, 'l')).to.equal('x'.repeat(1000));
        mknodat(port, dir, 'null', S_IFCHR | 0o600, { major: 1, minor: 3 });
        mknodat(port, dir, 'big', S_IFCHR | 0o600, { major: 4095, minor: 1_048_575 });
        expect(statx(port, dir, 'null', 0)).to.include({ rdevMajor: 1, rdevMinor: 3 });
        expect(statx(port, dir, 'big', 0)).to.include({ rdevMajor: 4095, rdevMinor: 1_048_575 });
        renameat2(port, dir, 'null', dir, 'd', RENAME.EXCHANGE);
        expect(statx(port, dir, 'd', 0).mode & S_IFMT).to.equal(S_IFCHR);
        expect(() => renameat2(port, dir, 'd', dir, 'big', RENAME.NOREPLACE)).to.throw('RENAME_NOREPLACE) = EEXIST (file exists)');
        unlinkat(port, dir, 'null', AT.REMOVEDIR);
        close(port, dir);
      }),
    );
  });

  it('tell filesystems and mount roots apart', () => {
    withoutFdLeaks(() => {
      const fd = openat(port, AT.FDCWD, '/proc', O.PATH | O.CLOEXEC);
      expect(fstatfsType(port, fd)).to.equal(FS_MAGIC.PROC);
      expect(fstat(port, fd)).to.include({ ino: 1n, mountRoot: true });
      expect(statx(port, fd, 'self', AT.SYMLINK_NOFOLLOW)).to.include({ mountRoot: false, mntId: fstat(port, fd).mntId });
      close(port, fd);
    });
  });

  it('write all, read all, and no more than asked', () => {
    withoutFdLeaks(() => {
      const fd = memfdCreate(port, 'x', MFD.CLOEXEC | MFD.ALLOW_SEALING);
      write(port, fd, new Uint8Array(200_000).fill(7));
      write(port, fd, new Uint8Array(0));
      check(port.syscall(syscallNumber('lseek'), fd, 0, 0), { syscall: 'lseek' });
      expect(readAll(port, fd, 200_000)).to.have.length(200_000);
      port.syscall(syscallNumber('lseek'), fd, 0, 0);
      expect(() => readAll(port, fd, 199_999)).to.throw('EFBIG');
      ftruncate(port, fd, 10);
      fcntl(port, fd, F.ADD_SEALS, F.SEAL_WRITE | F.SEAL_SEAL);
      expect(fcntl(port, fd, F.GET_SEALS)).to.equal(F.SEAL_WRITE | F.SEAL_SEAL);
      expect(() => write(port, fd, new Uint8Array(1))).to.throw('EPERM (operation not permitted)');
      close(port, fd);
      expect(() => close(port, fd)).to.throw(`close(${fd}) = EBADF (bad file descriptor)`);
    });
  });

  it('signal and wait for a child by pidfd', async () => {
    const child = spawn('sleep', ['100'], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    const pid = child.pid ?? 0;
    const pidfd = pidfdOpen(port, pid);
    // NOWAIT: the child is Node's to reap.
    expect(waitid(port, P.PIDFD, pidfd, W.EXITED | W.NOWAIT | W.NOHANG)).to.equal(undefined);
    pidfdSendSignal(port, pidfd, 9);
    expect(waitid(port, P.PIDFD, pidfd, W.EXITED | W.NOWAIT)).to.deep.equal({ pid, uid: 0, code: CLD.KILLED, status: 9 });
    expect(await exited).to.deep.equal([null, 'SIGKILL']);
    expect(() => pidfdSendSignal(port, pidfd, 9)).to.throw('SIGKILL, NULL, 0) = ESRCH (no such process)');
    expect(() => waitid(port, P.PID, process.pid, W.EXITED))
      .to.throw('waitid(P_PID')
      .with.property('code', 'ECHILD');
    close(port, pidfd);
  });

  it('ask prctl(2)', () => expect(prctl(port, PR.GET_NO_NEW_PRIVS)).to.equal(0));
});
