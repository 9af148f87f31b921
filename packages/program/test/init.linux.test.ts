import {
  ARGV,
  at,
  branch,
  buf,
  compute,
  ENVP,
  ERRNO,
  FAILED,
  format,
  here,
  jump,
  label,
  link,
  load,
  type Op,
  raise,
  reg,
  section,
  set,
  store,
  sys,
  undo,
  words,
} from '@standpipe/program';
import { runExecutable, runOps } from '@standpipe/program/testing';
import { leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { executableOf } from '../src/launch.js';
import type { Computation, Test } from '../src/op.js';
import { origin, print, printWords, wordsOf } from './sections.js';

describe('standpipe-init', () => {
  leaveNothing();

  it('starts with registers that hold -1, no errno, and its own arguments and environment', async () => {
    const [errno, failed, argv, envp, other] = await wordsOf(printWords([ERRNO, FAILED, ARGV, ENVP, reg('other')]));
    expect([errno, failed, other]).to.deep.equal([0n, -1n, -1n]);
    const { stdout } = await runOps([sys('execve', ['/bin/sh', words('argv', ['sh', '-c', 'echo $GREETING', null]), ENVP])], {
      env: { GREETING: 'hello' },
    });
    expect(stdout).to.equal('hello\n');
    // envp lies behind argc pointers and a null.
    expect(Number(envp) - Number(argv)).to.equal(16);
  });

  describe('load and store', () => {
    it('reads one and two bytes unsigned, four and eight signed', async () => {
      const ones = buf('ones', 8, new Uint8Array(8).fill(0xff));
      const values = [1, 2, 4, 8].map((size) => reg(`of ${size}`));
      const loads = values.map((value, index) => load(ones, ([1, 2, 4, 8] as const)[index] ?? 8, value));
      expect(await wordsOf([...loads, ...printWords(values)])).to.deep.equal([255n, 65535n, -1n, -1n]);
    });

    it('writes as many bytes as the integer has, anywhere', async () => {
      const cell = buf('cell', 16);
      const [low, high] = [reg('low'), reg('high')];
      const stores = [
        store(at(cell, 1), 2, 0x1_2345),
        store(at(cell, 3), 4, -2),
        store(at(cell, 7), 1, 0xabcd),
        store(at(cell, 8), 8, -(2n ** 63n)),
      ];
      const ops = [...stores, load(cell, 8, low), load(at(cell, 8), 8, high), ...printWords([low, high])];
      expect(await wordsOf(ops)).to.deep.equal([BigInt.asIntN(64, 0xcdff_ffff_fe23_4500n), -(2n ** 63n)]);
    });
  });

  it('computes in 64 bits that wrap, shifting without a sign and by less than 64', async () => {
    const cases: readonly [bigint, Computation, bigint, bigint][] = [
      [2n ** 63n - 1n, '+', 1n, -(2n ** 63n)],
      [-(2n ** 63n), '-', 1n, 2n ** 63n - 1n],
      [0b1100n, '&', 0b1010n, 0b1000n],
      [0b1100n, '|', 0b1010n, 0b1110n],
      [3n, '<<', 62n, -(2n ** 62n)],
      [-1n, '>>', 60n, 15n],
      [1n, '<<', 65n, 2n],
      [-1n, '>>', -1n, 1n],
    ];
    const result = reg('result');
    const ops = cases.flatMap(([left, by, right]) => [compute(result, left, by, right), ...printWords([result])]);
    expect(await wordsOf(ops)).to.deep.equal(cases.map(([, , , expected]) => expected));
  });

  it('branches by signed comparison of what the mask leaves', async () => {
    const cases: readonly [bigint, Test, bigint, bigint, boolean][] = [
      [1n, '==', 1n, -1n, true],
      [1n, '==', 2n, -1n, false],
      [1n, '!=', 2n, -1n, true],
      [1n, '!=', 1n, -1n, false],
      [-1n, '<', 0n, -1n, true],
      [0n, '<', 0n, -1n, false],
      [0n, '>=', 0n, -1n, true],
      [-1n, '>=', 0n, -1n, false],
      [-(2n ** 63n), '<', 2n ** 63n - 1n, -1n, true],
      [0o20666n, '==', 0o20000n, 0o170000n, true],
      [0o20666n, '==', 0o100000n, 0o170000n, false],
    ];
    const value = reg('value');
    const ops = cases.flatMap(([left, test, right, mask]): Op[] => {
      const [yes, end] = [label('yes'), label('end')];
      return [
        set(value, left),
        branch(value, test, right, yes, mask),
        ...printWords([0]),
        jump(end),
        here(yes),
        ...printWords([1]),
        here(end),
      ];
    });
    expect(await wordsOf(ops)).to.deep.equal(cases.map(([, , , , taken]) => (taken ? 1n : 0n)));
  });

  it('compares with a register too', async () => {
    const [one, two, same] = [reg('one'), reg('two'), label('same')];
    const ops = [set(one, 7), set(two, 7), branch(one, '==', two, same), ...printWords([0]), here(same), ...printWords([1])];
    expect(await wordsOf(ops)).to.deep.equal([1n]);
  });

  describe('system calls', () => {
    const ENOENT = -2n;

    it('put their result into a register, and so do those that fail with a tolerated errno', async () => {
      const [good, bad] = [reg('good'), reg('bad')];
      const ops = [
        sys('dup', [1], { to: good }),
        sys('chdir', ['/nowhere'], { to: bad, unless: { errno: ['ENOENT', 'ENOTDIR'] } }),
        ...printWords([good, bad, ERRNO, FAILED]),
      ];
      const [fd, errno, ...none] = await wordsOf(ops);
      expect(Number(fd)).to.be.greaterThan(2);
      expect(errno).to.equal(ENOENT);
      expect(none).to.deep.equal([0n, -1n]);
    });

    it('go where a tolerated errno leads', async () => {
      const gone = label('gone');
      const ops = [
        sys('chdir', ['/nowhere'], { unless: { errno: ['ENOENT'], goto: gone } }),
        ...printWords([1]),
        here(gone),
        ...printWords([2]),
      ];
      expect(await wordsOf(ops)).to.deep.equal([2n]);
      const any = label('any');
      expect(await wordsOf([sys('close', [-1], { unless: { errno: 'any', goto: any } }), ...printWords([1]), here(any)])).to.deep.equal([]);
      // Only an errno leads there: a success goes on.
      expect(await wordsOf([sys('getpid', [], { unless: { errno: 'any', goto: any } }), ...printWords([3]), here(any)])).to.deep.equal([
        3n,
      ]);
    });

    it('fail with any other errno, and leave the register as it was', async () => {
      const result = reg('result');
      const end: Op[] = [...printWords([result, ERRNO, FAILED]), sys('exit_group', [0])];
      const ops = [set(result, 42), sys('chdir', ['/nowhere'], { to: result, unless: { errno: ['EACCES'] } }), ...printWords([1])];
      expect(await wordsOf(ops, end)).to.deep.equal([42n, 2n, 1n]);
    });

    it('take large results for what they are: only -4095 to -1 are errnos', async () => {
      const address = reg('address');
      const [value] = await wordsOf([sys('brk', [0], { to: address }), ...printWords([address])]);
      expect(value).to.satisfy((found: bigint) => found > 4096n || found < -4095n);
    });
  });

  describe('format', () => {
    it('writes decimals between texts and tells the length', async () => {
      const [text, length] = [buf('text', 80), reg('length')];
      const numbers = [0n, -1n, -(2n ** 63n), 2n ** 63n - 1n].map((value, index) => ({ value, to: reg(`n${index}`) }));
      const [a, b, c, d] = numbers.map(({ to }) => to);
      if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four');
      const ops = [
        ...numbers.map(({ to, value }) => set(to, value)),
        format(text, ['é', a, '/', b, ' ', c, d, '\n'], length),
        sys('write', [1, text, length]),
      ];
      expect((await runOps(ops)).stdout).to.equal('é0/-1 -92233720368547758089223372036854775807\n');
    });

    it('ends the text with a NUL, and fails where that has no room', async () => {
      const text = buf('text', 5, new Uint8Array(5).fill(0x78));
      const value = reg('value');
      const fits = [set(value, 23), format(text, ['1', value, '4']), load(at(text, 4), 1, value), ...printWords([value])];
      expect(await wordsOf(fits)).to.deep.equal([0n]);
      const { code, stderr } = await runOps([set(value, 23), { ...format(text, ['1', value, '45']), say: 'write the text' }]);
      expect({ code, stderr }).to.deep.equal({ code: 1, stderr: 'write the text: file name too long\n' });
    });
  });

  describe('raise and report', () => {
    const reports = async (op: Op, settings: { escape?: 'text' | 'json'; before?: readonly Op[] } = {}): Promise<string> => {
      const end: Op[] = [{ op: 'report', fd: 1, prefix: '<', suffix: '>', escape: settings.escape ?? 'text' }, sys('exit_group', [3])];
      const program = link({ sections: [section('test', label('start'), [...(settings.before ?? []), op], end, origin)] });
      return (await runExecutable(executableOf(program))).stdout;
    };

    it('say the sentence of what failed, and what the errno means', async () => {
      expect(await reports(raise('do it', { errno: 13 }))).to.equal('<do it: permission denied>');
      expect(await reports(sys('chdir', ['/nowhere'], { say: 'go there' }))).to.equal('<go there: no such file or directory>');
      expect(await reports(raise('it says it all'))).to.equal('<it says it all>');
      expect(await reports(raise('the last errno', { errno: 133 }))).to.equal('<the last errno: memory page has hardware error>');
      expect(await reports(raise('none that is known', { errno: 1000 }))).to.equal('<none that is known>');
      expect(await reports(raise('nor this', { errno: -1 }))).to.equal('<nor this>');
      expect(await reports(sys('chdir', ['/nowhere']))).to.equal('<an op without a message failed: no such file or directory>');
    });

    it("can be another op's, by its index", async () => {
      const failed = reg('whose');
      const before: Op[] = [sys('getpid', [], { say: 'the first op' }), set(failed, 0)];
      expect(await reports(raise('unused', { errno: 1, failed }), { before })).to.equal('<the first op: operation not permitted>');
      // As it comes from another process, it may be any number.
      for (const number of [-1n, 2n ** 40n]) {
        const said = await reports(raise('its own', { errno: 1, failed }), { before: [set(failed, number)] });
        expect(said).to.match(number < 0n ? /^<its own: / : /^<an op without a message failed: /);
      }
    });

    it('say what ops have written, where only they know', async () => {
      const text = buf('sentence', 32);
      const value = reg('value');
      const before = [set(value, 7), format(text, ['it exited with ', value])];
      expect(await reports(raise('unknown before', { text }), { before })).to.equal('<it exited with 7>');
      expect(await reports(raise('unknown before', { text, errno: 13 }), { before })).to.equal('<it exited with 7: permission denied>');
      // Nobody has written it, or its NUL is overwritten: nothing is read beyond the data.
      expect(await reports(raise('unknown before', { text }))).to.equal('<>');
      const full = [
        sys('getrandom', [text, text.size, 0]),
        ...[0, 8, 16, 24].map((offset) => store(at(text, offset), 8, 0x4141_4141_4141_4141n)),
      ];
      expect(await reports(raise('unknown before', { text }), { before: full })).to.match(/^<A{32}.*>$/s);
    });

    it('escape for JSON', async () => {
      const said = await reports(raise('a "b" \\ \n\t\u001f é', { errno: 1 }), { escape: 'json' });
      expect(JSON.parse(`"${said.slice(1, -1)}"`)).to.equal('a "b" \\ \n\t\u001f é: operation not permitted');
      expect(said).to.equal('<a \\"b\\" \\\\ \\u000a\\u0009\\u001f é: operation not permitted>');
    });

    it('cut a sentence that is too long, but never what is around it', async () => {
      const said = await reports(raise('\u0007'.repeat(20_000), { errno: 2 }), { escape: 'json' });
      expect(said.length).to.be.lessThan(16_384);
      expect(JSON.parse(`"${said.slice(1, -1)}"`)).to.satisfy(
        (text: string) => text.startsWith('\u0007') && text.endsWith(': no such file or directory'),
      );
      expect(said.endsWith('>')).to.equal(true);
    });
  });

  it('runs undos in reverse, from where it failed or from the last one, and reports the first failure', async () => {
    const steps = (fail: readonly Op[]): Op[] => [
      print('1'),
      undo([print('-1'), sys('chdir', ['/nowhere either'], { say: 'undo' })]),
      print('2'),
      undo([print('-2'), format(buf('small', 1), ['too long'])]),
      ...fail,
      print('3'),
      undo([print('-3')]),
    ];
    const end: Op[] = [{ op: 'report', fd: 1, prefix: ' ', suffix: '', escape: 'text' }, sys('exit_group', [0])];
    const output = async (ops: readonly Op[]): Promise<string> =>
      (await runExecutable(executableOf(link({ sections: [section('test', label('start'), ops, end, origin)] })))).stdout;
    expect(await output(steps([sys('chdir', ['/nowhere'], { say: 'step' })]))).to.equal('12-2-1 step: no such file or directory');
    expect(await output(steps([]))).to.equal('123-3-2-1 an op without a message failed');
  });

  it('runs a second section in a process made by clone', async () => {
    const [pid, child] = [reg('pid'), label('child')];
    const SIGCHLD = 17;
    const clone = sys('clone3', [words('clone_args', [0, 0, 0, 0, SIGCHLD, 0, 0, 0]), 64], { to: pid, say: 'clone' });
    const ops = [clone, branch(pid, '==', 0, child), sys('wait4', [pid, null, 0, null], { say: 'wait' }), print('parent\n')];
    const sections = [section('child', child, [print('child\n')], [sys('exit_group', [0])], origin)];
    expect(await runOps(ops, { sections })).to.include({ code: 0, stdout: 'child\nparent\n' });
  });
});
