import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { skip } from './needs.js';

/** Where bun is: above this file as a dependency, or on PATH. */
function findBun(): string | undefined {
  const places: string[] = [];
  for (let dir = import.meta.dirname; dir !== '/'; dir = join(dir, '..')) places.push(join(dir, 'node_modules/.bin'));
  return [...places, ...(process.env['PATH'] ?? '').split(delimiter)].map((dir) => join(dir, 'bun')).find((path) => existsSync(path));
}

describe('the port under Bun', () => {
  let bun = '';
  before(function () {
    bun = findBun() ?? skip(this, 'no bun in node_modules/.bin or on PATH');
  });

  /** Runs a script under Bun with `s` and `port`, and gives what it printed. */
  function run(script: string): { stdout: string; stderr: string; status: number | null } {
    const source = `import * as s from ${JSON.stringify(import.meta.resolve('@standpipe/syscalls'))};
      if (!process.versions.bun) throw new Error('not bun'); const port = s.openPort(); ${script}`;
    return spawnSync(bun, ['-e', source], { encoding: 'utf8', cwd: import.meta.dirname });
  }

  function lines(script: string): string[] {
    const { stdout, stderr, status } = run(script);
    expect(stderr).to.equal('');
    expect(status).to.equal(0);
    return stdout.trim().split('\n');
  }

  it('makes calls through bun:ffi and no koffi, and gives -errno', () => {
    const out = lines(`console.log(port.syscall(s.syscallNumber('getpid')) === process.pid, port.syscall(s.syscallNumber('close'), -1));
      console.log(/koffi/.test(require('fs').readFileSync('/proc/self/maps', 'utf8')));`);
    expect(out).to.deep.equal(['true -9', 'false']);
  });

  it('passes strings, buffers both ways, and words of 64 bits', () => {
    const out = lines(`const fd = s.memfdCreate(port, 'bü', 0); s.write(port, fd, new TextEncoder().encode('0123456789'));
      console.log(s.readlinkat(port, s.AT.FDCWD, '/proc/self/fd/' + fd));
      console.log(port.syscall(s.syscallNumber('lseek'), fd, 2n ** 40n, 0), port.syscall(s.syscallNumber('lseek'), fd, -1n, 0), port.syscall(s.syscallNumber('lseek'), fd, 2n ** 64n - 3n, 1));
      console.log(port.syscall(s.syscallNumber('lseek'), fd, 7, 0), new TextDecoder().decode(s.readAll(port, fd, 100)), s.fstat(port, fd).size);
      try { s.openat2(port, s.AT.FDCWD, '/no', { flags: s.O.PATH }); } catch (e) { console.log(e.message); }`);
    expect(out).to.deep.equal([
      '/memfd:bü (deleted)',
      '1099511627776 -22 1099511627773',
      '7 789 10',
      'openat2(AT_FDCWD, "/no", {flags=O_PATH}, 24) = ENOENT (no such file or directory)',
    ]);
  });

  it('keeps buffers alive while the kernel uses them', function () {
    this.timeout(20_000);
    const out =
      lines(`const fd = s.memfdCreate(port, 'gc', 0); const [w, r] = [s.syscallNumber('pwrite64'), s.syscallNumber('pread64')]; let bad = 0;
      for (let i = 0; i < 20000; i++) {
        port.syscall(w, fd, new Uint8Array(16).fill(i & 255), 16, 0);
        const back = new Uint8Array(16); port.syscall(r, fd, back, 16, 0);
        if (!back.every((byte) => byte === (i & 255))) bad++;
        if (i % 2000 === 0) Bun.gc(true);
      }
      console.log(bad);`);
    expect(out).to.deep.equal(['0']);
  });

  it('is replaced by execveat, stdio kept', () => {
    const result = run(
      `s.execveat(port, { dirfd: s.AT.FDCWD, path: '/bin/sh', argv: ['sh', '-c', 'echo $0 $X; ls /proc/$$/task | wc -l; exit 4', 'zero'], envp: ['X=y'] });`,
    );
    expect(result).to.include({ stdout: 'zero y\n1\n', stderr: '', status: 4 });
  });
});
