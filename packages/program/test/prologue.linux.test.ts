import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buf, closeFd, ENVP, executableOf, fillStandardStreams, prologue, reg, resetSignals, sys, words } from '@standpipe/program';
import { programOfOps, runOps } from '@standpipe/program/testing';
import { fcntl, F, O, openPort } from '@standpipe/syscalls';
import { findProgram, leaveNothing, needs } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { printWords, wordsOf } from './sections.js';

const shell = (script: string) => sys('execve', ['/bin/sh', words('argv', ['sh', '-c', script, null]), ENVP], { say: 'execute the shell' });
/** As bash leaves it to what it executes. */
const bash = (script: string): string[] => [findProgram('bash') ?? 'bash', '-c', `${script}; exec "$0"`];

describe('prologue', () => {
  leaveNothing();

  it('gives signals back what they do by default, and blocks none', async function () {
    needs(this, 'bash');
    const status = shell("grep -E '^Sig(Blk|Ign)' /proc/self/status");
    const wrapper = bash("trap '' PIPE HUP INT CHLD TERM RTMIN RTMAX");
    const before = await runOps([status], { wrapper });
    expect(before.stdout).not.to.match(/SigIgn:\t0{16}/);
    const after = await runOps([...prologue(), status], { wrapper });
    expect(after.stdout).to.equal(`SigBlk:\t${'0'.repeat(16)}\nSigIgn:\t${'0'.repeat(16)}\n`);
    expect((await runOps([...resetSignals(), status], { wrapper })).stdout).to.equal(after.stdout);
  });

  it('unblocks what was blocked', async () => {
    const blocked = new Uint8Array(8).fill(0xff);
    const block = sys('rt_sigprocmask', [2, blocked, null, 8], { say: 'block' });
    // Not by a shell, which would unblock them itself.
    const status = sys('execve', ['/bin/grep', words('argv', ['grep', '^SigBlk', '/proc/self/status', null]), ENVP], {
      say: 'execute grep',
    });
    expect((await runOps([block, status])).stdout).not.to.equal(`SigBlk:\t${'0'.repeat(16)}\n`);
    expect((await runOps([block, ...prologue(), status])).stdout).to.equal(`SigBlk:\t${'0'.repeat(16)}\n`);
  });

  it('closes the fds that are not to be kept', async function () {
    needs(this, 'bash');
    // 255 is the shell's own.
    const list = shell('for fd in 3 4 5 9; do [ -e /proc/self/fd/$fd ] && echo $fd; done; true');
    const wrapper = bash('exec 3</dev/null 4</dev/null 5</dev/null 9</dev/null');
    expect((await runOps([...prologue(), list], { wrapper })).stdout).to.equal('3\n4\n5\n9\n');
    expect((await runOps([...prologue({ keepFds: 2 }), list], { wrapper })).stdout).to.equal('3\n4\n');
    expect((await runOps([...prologue({ keepFds: 0 }), list], { wrapper })).stdout).to.equal('');
  });

  it('has /dev/null for standard streams that are closed, and leaves the others', async function () {
    needs(this, 'bash');
    const [target, length] = [buf('target', 64), reg('length')];
    const list = [0, 1, 2].flatMap((fd) => [
      sys('readlinkat', [-100, `/proc/self/fd/${fd}`, target, target.size], { to: length }),
      sys('write', [2, target, length]),
      sys('write', [2, '\n', 1]),
    ]);
    const { stderr } = await runOps([...prologue({ keepFds: 0 }), ...list], { wrapper: bash('exec 0<&- 1>&-') });
    const [first, second, third] = stderr.trim().split('\n');
    expect([first, second]).to.deep.equal(['/dev/null', '/dev/null']);
    expect(third).to.match(/^(pipe|socket):/);
    // What is opened next is no standard stream.
    const next = reg('next');
    const ops = [...fillStandardStreams(), sys('openat', [-100, '/', 0], { to: next }), ...printWords([next])];
    expect(Number((await wordsOf([closeFd(0), ...ops]))[0])).to.be.greaterThan(2);
  });

  it('has the standard streams block, and touches only those that do not', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'standpipe-prologue-'));
    const port = openPort();
    const fds = [O.RDWR | O.NONBLOCK, O.RDWR | O.APPEND].map((flags) => openSync(join(dir, 'file'), flags | O.CREAT, 0o600));
    try {
      const file = join(dir, 'ops');
      writeFileSync(file, executableOf(programOfOps(prologue({ keepFds: 0 }))), { mode: 0o755 });
      const [nonblocking = -1, appending = -1] = fds;
      const flags = (fd: number): number => fcntl(port, fd, F.GETFL, 0);
      const before = flags(appending);
      expect(flags(nonblocking) & O.NONBLOCK).to.equal(O.NONBLOCK);
      const code = await new Promise((resolve, reject) => {
        spawn(file, { stdio: [nonblocking, appending, appending] })
          .once('error', reject)
          .once('close', resolve);
      });
      expect(code).to.equal(0);
      expect(flags(nonblocking) & O.NONBLOCK).to.equal(0);
      expect(flags(nonblocking) & O.ACCMODE).to.equal(O.RDWR);
      expect(flags(appending)).to.equal(before);
    } finally {
      for (const fd of fds) closeSync(fd);
      rmSync(dir, { recursive: true });
    }
  });

  it('names the process, which a memfd would leave with a number', async () => {
    const read = words('comm', [0, 0]);
    const text = await runOps([...prologue(), sys('prctl', [16, read, 0, 0, 0]), sys('write', [1, read, 14])]);
    expect(text.stdout).to.equal('standpipe-init');
  });
});
