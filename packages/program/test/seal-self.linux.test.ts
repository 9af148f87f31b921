import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AT, F, O } from '@standpipe/syscalls';
import { ENVP, executableOf, initImage, hostInitArch, notesOf, type Op, reg, sealSelf, sys, words } from '@standpipe/program';
import { programOfOps, runExecutable, runOps } from '@standpipe/program/testing';
import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PROGRAM_SEGMENT, segmentField, TEXT_SEGMENT } from '../src/elf.js';
import { INIT_VADDR, PROGRAM_VADDR } from '../src/format.js';
import { print, printWords, wordsOf } from './sections.js';

const openSelf = (flags: number, to = reg('self')): Op =>
  sys('openat', [AT.FDCWD, '/proc/self/exe', flags | O.CLOEXEC, 0], { to, say: 'open the executable' });

describe('sealSelf', () => {
  leaveNothing();

  it('knows where init has its segments', () => {
    for (const arch of ['x64', 'arm64'] as const) {
      let image: Uint8Array;
      try {
        image = initImage(arch);
      } catch {
        expect(arch).not.to.equal(hostInitArch());
        continue;
      }
      const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
      expect(view.getBigUint64(TEXT_SEGMENT + segmentField.vaddr, true)).to.equal(INIT_VADDR);
      expect(view.getBigUint64(TEXT_SEGMENT + segmentField.offset, true)).to.equal(0n);
      expect(view.getBigUint64(TEXT_SEGMENT + segmentField.fileSize, true)).to.equal(BigInt(image.length));
      expect(view.getBigUint64(PROGRAM_SEGMENT + segmentField.vaddr, true)).to.equal(PROGRAM_VADDR);
    }
  });

  it('leaves an executable that nobody can write to, root included', async function () {
    needsRoot(this);
    const self = reg('self');
    const seals = reg('seals');
    const writable = await runOps([...sealSelf(), openSelf(O.RDWR)]);
    expect(writable).to.include({ code: 1, stderr: 'open the executable: text file busy\n' });
    // Once it runs no more, its seals are what holds: they are of the file, so they show on any fd.
    const ops = [
      ...sealSelf(),
      openSelf(O.RDONLY, self),
      sys('fcntl', [self, F.GET_SEALS, 0], { to: seals, say: 'read the seals' }),
      ...printWords([seals]),
    ];
    expect(await wordsOf(ops)).to.deep.equal([BigInt(F.SEAL_SEAL | F.SEAL_SHRINK | F.SEAL_GROW | F.SEAL_WRITE | F.SEAL_FUTURE_WRITE)]);
  });

  it('holds against a write by the process that took its place, as CVE-2019-5736 did it', async function () {
    needsRoot(this);
    // The open fd is no write, so it is had while init runs; and written to by way of it once init does not.
    const attack = (): Op[] => [
      sys('openat', [AT.FDCWD, '/proc/self/exe', O.PATH], { say: 'open the executable' }),
      sys('execve', ['/bin/sh', words('argv', ['sh', '-c', 'echo overwritten > /proc/self/fd/3 && echo done', null]), ENVP], {
        say: 'execute the shell',
      }),
    ];
    const dir = mkdtempSync(join(tmpdir(), 'standpipe-seal-'));
    try {
      const file = join(dir, 'app');
      const attempt = async (ops: readonly Op[]): Promise<{ stdout: string; intact: boolean }> => {
        const executable = executableOf(programOfOps(ops));
        writeFileSync(file, executable, { mode: 0o755 });
        const { stdout } = await run(file, [], { timeoutMs: 10_000 });
        return { stdout, intact: readFileSync(file).equals(executable) };
      };
      expect(await attempt(attack())).to.deep.equal({ stdout: 'done\n', intact: false });
      expect(await attempt([...sealSelf(), ...attack()])).to.deep.equal({ stdout: '', intact: true });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('copies what it runs to the byte, but for the one that says so', async () => {
    const cat = sys('execve', ['/bin/cat', words('argv', ['cat', '/proc/self/fd/3', null]), ENVP], { say: 'execute cat' });
    const ops = [...sealSelf(), sys('openat', [AT.FDCWD, '/proc/self/exe', O.RDONLY], { say: 'open the executable' }), cat];
    const program = programOfOps(ops);
    const executable = executableOf(program, { notes: notesOf(program) });
    const { stdout } = await runExecutable(executable, { wrapper: ['sh', '-c', '"$0" | od -An -v -t x1 -w16'] });
    const copy = Buffer.from(stdout.replace(/\s+/g, ''), 'hex');
    expect(copy.length).to.equal(executable.length);
    const different = [...copy.keys()].filter((at) => copy[at] !== executable[at]);
    expect(different.map((at) => [executable[at], copy[at]])).to.deep.equal([[0, 1]]);
  });

  it('keeps arguments and environment, and does so once', async () => {
    const show = sys('execve', ['/bin/sh', words('argv', ['sh', '-c', 'echo $GREETING $$', null]), ENVP], { say: 'execute the shell' });
    const { stdout } = await runOps([...sealSelf(), print('here '), show], { env: { GREETING: 'hello' } });
    expect(stdout).to.match(/^here hello \d+\n$/);
  });

  it('needs no /proc and no path to itself', async function () {
    needsRoot(this);
    const unshare = needs(this, 'unshare');
    // The executable lies on a file system that is gone for it, and /proc is a directory of somebody's making.
    const program = programOfOps([...sealSelf(), print('sealed\n')]);
    const dir = mkdtempSync(join(tmpdir(), 'standpipe-seal-'));
    try {
      chmodSync(dir, 0o755);
      writeFileSync(join(dir, 'app'), executableOf(program), { mode: 0o755 });
      const script = `mount -t tmpfs none /proc && mkdir /proc/self && echo fake > /proc/self/exe && exec "$0"`;
      const { code, stdout, stderr } = await run(unshare, ['--mount', 'sh', '-c', script, join(dir, 'app')]);
      expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: 'sealed\n', stderr: '' });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
