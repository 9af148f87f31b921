import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  branch,
  checkProgram,
  encode,
  executableOf,
  here,
  hostInitArch,
  initId,
  jump,
  label,
  link,
  type Op,
  type Program,
  reg,
  section,
  set,
  sys,
  undo,
  words,
} from '@standpipe/program';
import { programOfOps, runExecutable, stopAfter } from '@standpipe/program/testing';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { origin, print } from '../sections.js';

/** With jumps both ways, a tolerated errno that leads away, an undo, and two sections. */
function sample(): Program {
  const [skip, back, gone, child] = [label('skip'), label('back'), label('gone'), label('child')];
  const count = reg('count');
  const sections = [
    section(
      'host',
      label('start'),
      [
        set(count, 0),
        here(back),
        print('a'),
        sys('getpid', [], { to: count }),
        branch(count, '<', 0, back),
        undo([print('u')]),
        jump(skip),
        print('never'),
        here(skip),
        sys('chdir', ['/nowhere'], { unless: { errno: ['ENOENT'], goto: gone } }),
        print('never'),
        here(gone),
        sys('chdir', ['/nowhere'], { unless: { errno: ['ENOENT'] } }),
        print('b'),
        branch(count, '>=', 0, child),
      ],
      [sys('exit_group', [9])],
      origin,
    ),
    section('child', child, [print('c')], [print('e'), sys('exit_group', [3])], origin),
  ];
  return link({ sections });
}

describe('stopAfter', () => {
  leaveNothing();

  it('is a sound program that keeps its sections, wherever it stops', () => {
    const program = sample();
    for (let index = 0; index < program.ops.length - 1; index++) {
      const stopping = stopAfter(program, index, 'SIGKILL');
      expect(checkProgram(encode(stopping, { arch: hostInitArch(), initId }))).to.equal(undefined);
      expect(stopping.ops.length).to.equal(program.ops.length + 3);
      const { sections } = stopping;
      expect(sections.map(({ to }, at) => to === (sections[at + 1]?.from ?? stopping.ops.length))).to.deep.equal([true, true]);
      expect(stopping.ops.filter(({ undoing }) => undoing).length).to.equal(
        program.ops.filter(({ undoing }) => undoing).length + (program.ops[index]?.undoing === true ? 3 : 0),
      );
    }
    expect(() => stopAfter(program, program.ops.length - 1)).to.throw(RangeError);
    expect(() => stopAfter(program, -1)).to.throw(RangeError);
  });

  it('kills it behind each op that it gets past, with all before it done', async () => {
    const program = sample();
    const outputs: (string | undefined)[] = [];
    for (let index = 0; index < program.ops.length - 1; index++) {
      const { code, signal, stdout } = await runExecutable(executableOf(stopAfter(program, index, 'SIGKILL')));
      if (signal === null) expect({ code, stdout }).to.deep.equal({ code: 3, stdout: 'abce' });
      outputs.push(signal === null ? undefined : stdout);
    }
    const whole = undefined;
    // set, print a, getpid, branch; jump, never; chdir away, never; chdir on, print b, branch to the child; undo, end; print c, print e
    expect(outputs).to.deep.equal(['', 'a', 'a', 'a', whole, whole, whole, whole, 'a', 'ab', whole, whole, whole, 'abc', 'abce']);
  });

  it('stops it, and lets it go on', async () => {
    const program = sample();
    const dir = mkdtempSync(join(tmpdir(), 'standpipe-stop-'));
    try {
      const file = join(dir, 'program');
      writeFileSync(file, executableOf(stopAfter(program, 1)), { mode: 0o755 });
      const child = spawn(file, { stdio: ['ignore', 'pipe', 'ignore'] });
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      const ended = new Promise((resolve) => child.once('close', resolve));
      await until(() => stdout === 'a' && stateOf(child.pid) === 'T');
      child.kill('SIGCONT');
      expect(await ended).to.equal(3);
      expect(stdout).to.equal('abce');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('ends the init of a pid namespace, which no signal of its own can', async function () {
    needsRoot(this);
    const [child, pid, status] = [label('child'), reg('pid'), words('status', [0])];
    const CLONE_NEWPID = 0x2000_0000;
    const clone = (signal: 'SIGKILL' | 'SIGSTOP', more: readonly Op[]): Program => {
      const ops: Op[] = [
        sys('clone3', [words('clone_args', [CLONE_NEWPID, 0, 0, 0, 17, 0, 0, 0]), 64], { to: pid, say: 'clone' }),
        branch(pid, '==', 0, child),
        ...more,
        sys('wait4', [pid, status, 0, null], { say: 'wait' }),
        sys('write', [1, status, 4]),
      ];
      const sections = [section('child', child, [print('c'), print('went on')], [sys('exit_group', [5])], origin)];
      const program = programOfOps(ops, sections);
      const index = program.ops.findIndex(({ op }) => op.op === 'syscall' && op.args[1] === 'c');
      return stopAfter(program, index, signal);
    };
    const killed = await runExecutable(executableOf(clone('SIGKILL', [])));
    expect(killed.stdout).to.equal(`c${String.fromCharCode(0)}\ufffd${String.fromCharCode(0, 0)}`);
    const wait = sys('nanosleep', [words('a moment', [0, 200_000_000]), null]);
    const stopped = await runExecutable(executableOf(clone('SIGSTOP', [wait, sys('kill', [pid, 9])])));
    expect(stopped.stdout).to.equal(`c${String.fromCharCode(9, 0, 0, 0)}`);
  });
});

/** T for a process that is stopped. */
function stateOf(pid: number | undefined): string | undefined {
  return /^State:\t(\w)/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
