import { fileURLToPath } from 'node:url';
import { check, F, openPort, O, syscallNumber } from '@standpipe/syscalls';
import { executableOf, initId, programOfExecutable, sealedExecutable, decode } from '@standpipe/program';
import { programOfOps } from '@standpipe/program/testing';
import { leaveNothing, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { print } from './sections.js';

const child = fileURLToPath(new URL('./become.js', import.meta.url));

describe('executableOf', () => {
  it('has init with the program inside', () => {
    const executable = executableOf(programOfOps([print('x')]), { notes: Buffer.from('notes') });
    const program = decode(programOfExecutable(executable));
    expect(program.initId).to.equal(initId);
    expect(program.ops.map(({ code }) => code)).to.deep.equal(['syscall', 'syscall', 'report', 'syscall']);
  });

  it('is not taken for one when it is something else', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(100), readFileSync(process.execPath).subarray(0, 4096)]) {
      expect(() => programOfExecutable(bytes))
        .to.throw(/not a program/)
        .with.property('code', 'PROGRAM_MALFORMED');
    }
  });
});

describe('sealedExecutable', () => {
  leaveNothing();

  it('can be written to by nobody, by whatever way it is opened', () => {
    const port = openPort();
    const fd = sealedExecutable(port, executableOf(programOfOps([])));
    try {
      const seals = check(port.syscall(syscallNumber('fcntl'), fd, F.GET_SEALS, 0), { syscall: 'fcntl' });
      expect(seals & (F.SEAL_SEAL | F.SEAL_SHRINK | F.SEAL_GROW | F.SEAL_WRITE)).to.equal(
        F.SEAL_SEAL | F.SEAL_SHRINK | F.SEAL_GROW | F.SEAL_WRITE,
      );
      const again = openSync(`/proc/self/fd/${fd}`, O.RDWR);
      try {
        const failed = (name: 'write' | 'ftruncate', ...args: (number | Uint8Array)[]): number =>
          port.syscall(syscallNumber(name), again, ...args);
        expect(failed('write', Uint8Array.of(1), 1)).to.equal(-1);
        expect(failed('ftruncate', 0)).to.equal(-1);
        expect(failed('ftruncate', 1 << 20)).to.equal(-1);
      } finally {
        closeSync(again);
      }
      expect(port.syscall(syscallNumber('fcntl'), fd, F.GETFD, 0)).to.equal(1);
    } finally {
      port.syscall(syscallNumber('close'), fd);
    }
  });
});

describe('becomeProgram', () => {
  leaveNothing();

  it('replaces this process by a program on the same streams', async () => {
    const { code, stdout, stderr } = await run(process.execPath, [child], { input: 'read on' });
    const [before, pid, exe, rest] = stdout.split('\n');
    expect({ code, stderr }).to.deep.equal({ code: 7, stderr: '' });
    expect(pid).to.equal(before);
    expect(exe).to.match(/^\/memfd:standpipe-init/);
    expect(rest).to.equal('read on');
  });

  it('keeps the fds that it is told to keep, and no other', async () => {
    const { stdout } = await run('bash', ['-c', 'exec 3</dev/null 4</dev/null 5</dev/null; "$0" "$1" 2', process.execPath, child]);
    expect(stdout.split('\n').at(-1)).to.equal('3 4 ');
  });

  it("runs an init that can't be opened for writing", async () => {
    const { code, stderr } = await run(process.execPath, [child, 'write']);
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: 'open the running init: text file busy\n' });
  });
});
