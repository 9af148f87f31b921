import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import {
  memfdCreate,
  MFD,
  O,
  openat,
  openPort,
  openProcfs,
  OwnedFd,
  readAll,
  syscallName,
  syscallNumber,
  type SyscallPort,
  write,
} from '@standpipe/syscalls';
import { recordingPort, withoutFdLeaks } from '@standpipe/syscalls/testing';
import { needRoot } from './needs.js';

describe('procfs', () => {
  let port: SyscallPort;
  before(function () {
    needRoot(this);
    port = openPort();
  });

  /** Runs shell commands in a mount namespace of their own, then a script that has `s`, `port` and `failure(body)`. */
  function afterMounting(commands: string, script: string): string {
    const source = `import * as s from '@standpipe/syscalls'; const port = s.openPort();
      const failure = (body) => { try { const r = body(); return 'no failure: ' + r; } catch (e) { return e.code + ' ' + e.message; } };
      const text = (fd) => new TextDecoder().decode(s.readAll(port, fd.fd, 10000)); ${script}`;
    const { stdout, stderr, status } = spawnSync(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-ec', `${commands}; exec "$0" --input-type=module -e "$1"`, process.execPath, source],
      { cwd: import.meta.dirname, encoding: 'utf8' },
    );
    expect(stderr).to.equal('');
    expect(status).to.equal(0);
    return stdout.trim();
  }

  for (const isPrivate of [true, false]) {
    describe(isPrivate ? 'of our own' : 'mounted at /proc', () => {
      it('opens files of this thread and of the system', () => {
        withoutFdLeaks(() => {
          using proc = openProcfs(port, { private: isPrivate });
          expect(proc.isPrivate).to.equal(isPrivate);
          for (const path of ['self/status', 'thread-self/status', `${process.pid}/status`]) {
            using status = proc.open(path, O.RDONLY);
            expect(new TextDecoder().decode(readAll(port, status.fd, 10_000)), path).to.match(new RegExp(`^Pid:\\s+${process.pid}$`, 'm'));
          }
          using sysctl = proc.open('sys/kernel/ostype', O.RDONLY);
          expect(new TextDecoder().decode(readAll(port, sysctl.fd, 100))).to.equal('Linux\n');
          using self = proc.open('self', O.PATH | O.DIRECTORY);
          using comm = new OwnedFd(port, openat(port, self.fd, 'comm', O.RDONLY | O.CLOEXEC));
          expect(readAll(port, comm.fd, 100)).not.to.have.length(0);
        });
      });

      it('follows no link and does not leave', () => {
        withoutFdLeaks(() => {
          using proc = openProcfs(port, { private: isPrivate });
          for (const path of ['self/root', 'self/cwd/etc', 'self/exe', 'thread-self/fd/0', 'mounts', 'net/dev', '1/root/etc/passwd']) {
            expect(() => proc.open(path, O.RDONLY), path)
              .to.throw('a link is in the way')
              .with.property('code', 'UNSAFE');
          }
          for (const path of ['..', '../etc/passwd', '/etc/passwd', 'self/../../etc'])
            expect(() => proc.open(path, O.RDONLY), path)
              .to.throw()
              .with.property('code', 'UNSAFE');
          expect(() => proc.open('self/no-such', O.RDONLY)).to.throw('ENOENT');
        });
      });

      it('opens again what an fd stands for', () => {
        withoutFdLeaks(() => {
          using proc = openProcfs(port, { private: isPrivate });
          using file = new OwnedFd(port, memfdCreate(port, 'again', MFD.CLOEXEC));
          write(port, file.fd, new TextEncoder().encode('hello'));
          using path = proc.reopen(file.fd, O.PATH);
          using reader = proc.reopen(path.fd, O.RDONLY);
          expect(new TextDecoder().decode(readAll(port, reader.fd, 100))).to.equal('hello');
          expect(() => proc.reopen(99_999, O.RDONLY)).to.throw('ENOENT');
        });
      });
    });
  }

  it('that is a tmpfs is found out, and not needed where an own one can be had', () => {
    const out = afterMounting(
      'mkdir /tmp/fake-proc.$$; mount -t tmpfs fake /proc; mkdir /proc/self; echo trap > /proc/self/status; rmdir /tmp/fake-proc.$$',
      `console.log(failure(() => s.openProcfs(port, { private: false })));
       console.log(/^Name:/.test(text(s.openProcfs(port).open('self/status', s.O.RDONLY))));`,
    );
    expect(out).to.equal('UNSAFE /proc is not the procfs it should be: its filesystem has the magic number 0x1021994\ntrue');
  });

  it('that is a directory of the real one bound over it is found out', () => {
    const out = afterMounting('mount --bind /proc/sys /proc', `console.log(failure(() => s.openProcfs(port, { private: false })));`);
    expect(out).to.match(/^UNSAFE \/proc is not the procfs it should be: inode \d+ is not its root$/);
  });

  it('with a file, a directory or a link mounted over is found out; an own one does not have them', () => {
    const out = afterMounting(
      `mount --bind /proc/sys/kernel/ostype /proc/sys/kernel/hostname; mount -t tmpfs x /proc/sys/net; mount --bind /etc/passwd /proc/$$/comm`,
      `const proc = s.openProcfs(port, { private: false });
       const paths = ['sys/kernel/hostname', 'sys/net/ipv4', 'self/comm', 'thread-self/status'];
       for (const path of paths) console.log(failure(() => proc.open(path, s.O.RDONLY).close()));
       const own = s.openProcfs(port);
       for (const path of ['sys/net/ipv4', 'self/comm']) console.log(failure(() => own.open(path, s.O.RDONLY).close()));`,
    );
    expect(out.split('\n')).to.deep.equal([
      'UNSAFE open "sys/kernel/hostname" in procfs: something is mounted over it',
      'UNSAFE open "sys/net/ipv4" in procfs: something is mounted over it',
      'UNSAFE open "self/comm" in procfs: something is mounted over it',
      'no failure: undefined',
      'no failure: undefined',
      'no failure: undefined',
    ]);
  });

  it('whose fd link is mounted over is not used to open an fd again', () => {
    // From 6.12 on the kernel refuses mounts on these links, so what it says of one is put in its mouth.
    withoutFdLeaks(() => {
      using file = new OwnedFd(port, memfdCreate(port, 'mine', MFD.CLOEXEC));
      const name = String(file.fd);
      const followed: string[] = [];
      const mountedOver: SyscallPort = {
        arch: port.arch,
        address: (buffer) => port.address(buffer),
        syscall: (nr, ...args) => {
          if (args[1] !== name) return port.syscall(nr, ...args);
          if (nr === syscallNumber('openat2')) return -18;
          followed.push(syscallName(nr) ?? '');
          return port.syscall(nr, ...args);
        },
      };
      using proc = openProcfs(mountedOver, { private: false });
      expect(() => proc.reopen(file.fd, O.RDONLY))
        .to.throw('something is mounted over it')
        .with.property('code', 'UNSAFE');
      expect(followed).to.deep.equal([]);
    });
  });

  it('is taken from /proc where no own instance may be made', () => {
    withoutFdLeaks(() => {
      const real = port;
      const refusing: SyscallPort = {
        arch: real.arch,
        address: (buffer) => real.address(buffer),
        syscall: (nr, ...args) => (args[0] === 'proc' ? -1 : real.syscall(nr, ...args)),
      };
      using proc = openProcfs(refusing);
      expect(proc.isPrivate).to.equal(false);
    });
  });

  it('closes what it opened when the proof fails', () => {
    // Answers of zeros: no filesystem has the magic number 0.
    const fake = recordingPort({ fsopen: -1 });
    expect(() => openProcfs(fake, { path: '/p' })).to.throw('magic number 0x0');
    expect(fake.calls.at(-1)).to.include({ name: 'close' });
    expect(fake.calls.at(-1)?.args).to.deep.equal([3]);
  });
});
