import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { AT, execveat } from '@standpipe/syscalls';
import { recordingPort } from '@standpipe/syscalls/testing';
import { skip } from './needs.js';

/** Runs a script that becomes something else. */
function run(script: string): { status: number | null; stdout: string; stderr: string } {
  const source = `import * as s from '@standpipe/syscalls'; const port = s.openPort(); ${script}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    input: 'from stdin\n',
  });
}

describe('execveat', () => {
  it('lays argv and envp out as the kernel reads them', () => {
    let argv: Uint8Array | undefined;
    const port = recordingPort({
      execveat: (_dirfd, _path, pointers) => {
        argv = pointers as Uint8Array;
        return -2;
      },
    });
    expect(execveat(port, { dirfd: AT.FDCWD, path: '/x', argv: ['ab', '', 'ü'], envp: [] })).to.equal(-2);
    const bytes = argv ?? new Uint8Array();
    const pointers = [...new BigUint64Array(bytes.buffer, 0, 4)];
    const base = pointers[0] ?? 0n;
    expect(pointers).to.deep.equal([base, base + 3n, base + 4n, 0n]);
    expect(new TextDecoder().decode(bytes.subarray(32))).to.equal('ab\0\0ü\0');
  });

  it('takes close-on-exec off what is to be inherited, and puts it back when the call fails', () => {
    const port = recordingPort({ fcntl: [1, 0, 0, -9, 0], execveat: -13 }, { arch: 'x64' });
    expect(execveat(port, { dirfd: 5, path: '', argv: ['a'], envp: [], flags: AT.EMPTY_PATH })).to.equal(-13);
    expect(port.transcript).to.deep.equal([
      'fcntl(0, F_GETFD) = 1',
      'fcntl(0, F_SETFD, 0) = 0',
      'fcntl(1, F_GETFD) = 0',
      'fcntl(2, F_GETFD) = EBADF (bad file descriptor)',
      'execveat(5, "", <18 bytes>, <8 bytes>, AT_EMPTY_PATH) = EACCES (permission denied)',
      'fcntl(0, F_SETFD, FD_CLOEXEC) = 0',
    ]);
  });

  it('refuses an argument that holds a NUL', () => {
    expect(() => execveat(recordingPort(), { dirfd: 0, path: 'x', argv: ['a\0b'], envp: [] })).to.throw('holds a NUL');
  });

  it('replaces Node, with all its threads, and keeps stdio', function () {
    if (process.platform !== 'linux') skip(this, 'needs Linux');
    this.timeout(10_000);
    const result = run(`s.execveat(port, { dirfd: s.AT.FDCWD, path: '/bin/sh', envp: ['X=y z'],
      argv: ['sh', '-c', 'cat; echo "$0 $1 $X"; ls /proc/$$/task | wc -l; echo err >&2; exit 3', 'zero', 'ö'] });`);
    expect(result).to.include({ status: 3, stdout: 'from stdin\nzero ö y z\n1\n', stderr: 'err\n' });
  });

  it('executes an fd, and passes on the fds it is told to and no other', function () {
    if (process.platform !== 'linux') skip(this, 'needs Linux');
    this.timeout(10_000);
    const result = run(`const sh = s.openat(port, s.AT.FDCWD, '/bin/sh', s.O.PATH | s.O.CLOEXEC);
      const [kept, dropped] = ['kept', 'dropped'].map((name) => s.memfdCreate(port, name, s.MFD.CLOEXEC));
      s.execveat(port, { dirfd: sh, path: '', flags: s.AT.EMPTY_PATH, inherit: [0, 1, 2, kept], envp: ['PATH=/bin:/usr/bin'],
        argv: ['sh', '-c', 'for f in /proc/$$/fd/*; do readlink $f; done'] });`);
    expect(result.stderr).to.equal('');
    expect(result.stdout).to.include('/memfd:kept');
    expect(result.stdout).not.to.include('/memfd:dropped');
    expect(
      result.stdout
        .trim()
        .split('\n')
        .filter((line) => !/pipe:|socket:/.test(line)),
    ).to.deep.equal(['/memfd:kept (deleted)']);
  });

  it('returns when it fails, and Node goes on', function () {
    if (process.platform !== 'linux') skip(this, 'needs Linux');
    const result = run(
      `console.log(s.execveat(port, { dirfd: s.AT.FDCWD, path: '/no/such', argv: ['x'], envp: [] })); setTimeout(() => console.log('on'), 5);`,
    );
    expect(result).to.include({ status: 0, stdout: '-2\non\n' });
  });
});
