import { expect } from 'chai';
import { describe, it } from 'mocha';
import { close, dup3, fcntl, memfdCreate, mkdirAllInRoot, openat2, openInRoot, read, syscallNumber, write } from '@standpipe/syscalls';
import { recordingPort } from '@standpipe/syscalls/testing';

describe('recordingPort', () => {
  it('hands out fds and remembers calls as strace shows them', () => {
    const port = recordingPort({}, { arch: 'x64' });
    const fd = memfdCreate(port, 'x', 1);
    write(port, fd, new TextEncoder().encode('hello\n'));
    expect(dup3(port, fd, 9, 0)).to.equal(9);
    expect(fcntl(port, fd, 1030, 10)).to.equal(4);
    close(port, fd);
    port.syscall(syscallNumber('getpid', 'x64'));
    expect(port.transcript).to.deep.equal([
      'memfd_create("x", MFD_CLOEXEC) = 3',
      'write(3, "hello\\n", 6) = 6',
      'dup3(3, 9, O_RDONLY) = 9',
      'fcntl(3, F_DUPFD_CLOEXEC, 10) = 4',
      'close(3) = 0',
      'getpid() = 0',
    ]);
  });

  it('answers in turn, then by default', () => {
    const port = recordingPort({ getpid: [7, -1], gettid: 8 });
    const [pid, tid] = [syscallNumber('getpid'), syscallNumber('gettid')];
    expect([pid, pid, pid, tid, tid].map((nr) => port.syscall(nr))).to.deep.equal([7, -1, 0, 8, 8]);
    expect(port.transcript[1]).to.equal('getpid() = EPERM (operation not permitted)');
  });

  it('lets an answer fill buffers, and keeps what they held before', () => {
    const port = recordingPort({
      read: (_fd, buffer) => {
        (buffer as Uint8Array)[0] = 0x41;
        return 1;
      },
    });
    const buffer = new Uint8Array(4);
    expect(read(port, 3, buffer)).to.equal(1);
    expect(buffer[0]).to.equal(0x41);
    expect(port.calls).to.deep.equal([{ name: 'read', args: [3, new Uint8Array(4), 4], result: 1 }]);
  });

  it('refuses what the real port refuses', () => {
    const port = recordingPort();
    for (const bad of ['a\0b', '\ud800'])
      expect(() => port.syscall(1, bad))
        .to.throw('not an argument')
        .with.property('code', 'ARGUMENT_INVALID');
    expect(() => port.syscall(1, 1.5)).to.throw('not a whole number');
    expect(port.calls).to.have.length(0);
  });

  it('throws through a wrapper what was attempted, and what the kernel said', () => {
    const port = recordingPort({ openat2: -2 }, { arch: 'x64' });
    expect(() => openat2(port, 3, 'etc', { flags: 0 }))
      .to.throw('openat2(3, "etc", {flags=O_RDONLY}, 24) = ENOENT (no such file or directory)')
      .with.include({ code: 'ENOENT', errno: 2, syscall: 'openat2', path: 'etc' });
  });

  it('tries a resolution again on EAGAIN, and not for ever', () => {
    const once = recordingPort({ openat2: [-11, -11, 5] });
    expect(openInRoot(once, 3, 'a', 0).fd).to.equal(5);
    expect(once.calls).to.have.length(3);
    const always = recordingPort({ openat2: -11 });
    expect(() => openInRoot(always, 3, 'a', 0)).to.throw('EAGAIN');
    expect(always.calls).to.have.length(128);
  });

  it('shows mkdirAllInRoot open each directory it made before it makes the next', () => {
    const port = recordingPort({ openat2: [-2, -2, 4, 5, 6] }, { arch: 'x64' });
    expect(mkdirAllInRoot(port, 3, '/a//b/./c', 0o755).fd).to.equal(6);
    const made = '{flags=O_NOFOLLOW|O_CLOEXEC|O_DIRECTORY|O_PATH, resolve=RESOLVE_NO_SYMLINKS|RESOLVE_BENEATH}';
    const looked = '{flags=O_CLOEXEC|O_DIRECTORY|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}';
    expect(port.transcript.map(sortFlags)).to.deep.equal(
      [
        `openat2(3, "a/b/c", ${looked}, 24) = ENOENT (no such file or directory)`,
        `openat2(3, "a/b", ${looked}, 24) = ENOENT (no such file or directory)`,
        `openat2(3, "a", ${looked}, 24) = 4`,
        'mkdirat(4, "b", 0755) = 0',
        `openat2(4, "b", ${made}, 24) = 5`,
        'close(4) = 0',
        'mkdirat(5, "c", 0755) = 0',
        `openat2(5, "c", ${made}, 24) = 6`,
        'close(5) = 0',
      ].map(sortFlags),
    );
  });
});

function sortFlags(text: string): string {
  return text.replace(/[A-Z_]+(\|[A-Z_]+)+/g, (flags) => flags.split('|').sort().join('|'));
}
