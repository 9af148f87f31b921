import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { executableOf, link, type Op, raise, reg, set, sys, undo } from '@standpipe/program';
import { leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { ProgramDraft } from '../src/index.js';

const write = (fd: number, said: string): Op => sys('write', [fd, said, said.length], { say: 'write' });

describe('a callback of a running program', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'standpipe-callback-'));
  });
  after(() => {
    rmSync(dir, { recursive: true });
  });
  leaveNothing({ ignore: ['state'] });

  /** A program that writes to the fd it was given as 3, asks, and writes again; with its control socket at 4. */
  function start({ undo: takeBack, keep = false }: { undo?: () => void; keep?: boolean } = {}): ChildProcess {
    const program = new ProgramDraft({ preserveFds: 1 });
    program.enter({ plugin: 'networks', step: 'networks.attach' });
    program.end('host', [{ op: 'report', fd: 2, prefix: '', suffix: '', escape: 'text' }, sys('exit_group', [7])]);
    program.host([undo([write(1, 'undone')]), write(3, 'before ')]);
    const [value, left] = [reg('value'), reg('left')];
    program.host([set(value, 4_000_000_000), set(left, keep ? 1 : 0)]);
    program.callback(() => undefined, { value, ...(takeBack === undefined ? {} : { undo: takeBack, kept: left }) });
    program.host(takeBack === undefined ? [write(3, 'after'), sys('exit_group', [0])] : [raise('something else failed')]);
    writeFileSync(join(dir, 'program'), executableOf(link(program.source())), { mode: 0o755 });
    const kept = openSync(join(dir, 'kept'), 'w');
    const child = spawn(join(dir, 'program'), [], { stdio: ['ignore', 'pipe', 'pipe', kept, 'pipe'] });
    closeSync(kept);
    return child;
  }

  async function outcome(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const [[code], stdout, stderr] = await Promise.all([
      once(child, 'close') as Promise<[number | null]>,
      text(child.stdout as NodeJS.ReadableStream),
      text(child.stderr as NodeJS.ReadableStream),
    ]);
    return { code, stdout, stderr };
  }

  function answer(child: ChildProcess, errno: number): Socket {
    const control = child.stdio[4] as Socket;
    control.once('data', (question: Buffer) => {
      expect([question.length, question.readUInt32LE(0), question.readUInt32LE(4)]).to.deep.equal([8, 0, 4_000_000_000]);
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(errno);
      // In pieces, as a stream may come.
      control.write(bytes.subarray(0, 1));
      setImmediate(() => control.write(bytes.subarray(1)));
    });
    return control;
  }

  it('lets it go on when told', async () => {
    const child = start();
    answer(child, 0);
    expect(await outcome(child)).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(dir, 'kept'), 'utf8')).to.equal('before after');
  });

  it('fails it with an errno, and it undoes', async () => {
    const child = start();
    answer(child, 125);
    expect(await outcome(child)).to.deep.equal({
      code: 7,
      stdout: 'undone',
      stderr: 'run the callback of networks/networks.attach: operation canceled',
    });
  });

  it('fails it, and not by SIGPIPE, when the runtime is gone', async () => {
    const child = start();
    (child.stdio[4] as Socket).destroy();
    expect(await outcome(child)).to.deep.equal({
      code: 7,
      stdout: 'undone',
      stderr: 'run the callback of networks/networks.attach: the runtime is gone',
    });
  });

  it('fails it when the runtime goes while it waits', async () => {
    const child = start();
    const control = child.stdio[4] as Socket;
    control.once('data', () => control.destroy());
    expect((await outcome(child)).stderr).to.equal('run the callback of networks/networks.attach: the runtime is gone');
  });

  it('asks to undo it when something fails later, and lets it be when that is wanted, or nobody is there', async () => {
    const questions: number[] = [];
    const child = start({ undo: () => undefined });
    const control = answer(child, 0);
    control.on('data', (question: Buffer) => {
      questions.push(question.readUInt32LE(0), question.readUInt32LE(4));
      if (question.readUInt32LE(0) === 1) control.write(Buffer.alloc(4));
    });
    expect(await outcome(child)).to.deep.equal({ code: 7, stdout: 'undone', stderr: 'something else failed' });
    expect(questions).to.deep.equal([0, 4_000_000_000, 1, 4_000_000_000]);

    const gone = start({ undo: () => undefined });
    const closing = answer(gone, 0);
    closing.on('data', (question: Buffer) => {
      if (question.readUInt32LE(0) === 1) closing.destroy();
    });
    expect((await outcome(gone)).stderr).to.equal('something else failed');

    const left: number[] = [];
    const kept = start({ undo: () => undefined, keep: true });
    answer(kept, 0).on('data', (question: Buffer) => left.push(question.readUInt32LE(0)));
    expect((await outcome(kept)).stderr).to.equal('something else failed');
    expect(left).to.deep.equal([0]);
  });
});
