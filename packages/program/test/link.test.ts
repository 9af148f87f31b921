import {
  branch,
  format,
  buf,
  here,
  jump,
  label,
  link,
  type LinkedOp,
  type Op,
  type Program,
  raise,
  reg,
  section,
  set,
  sys,
  undo,
} from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { origin, programOf } from './sections.js';

const call = (name: string): Op => sys(name, []);
const names = ({ ops }: Program): string[] => ops.map(({ op }) => (op.op === 'syscall' ? op.name : op.op));
const fails = ({ ops }: Program): number[] => ops.map(({ fail }) => fail);
const code = (body: () => unknown): unknown => {
  try {
    body();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
};

describe('link', () => {
  it('puts undos behind the ops, latest first, and then the end', () => {
    const program = programOf([call('a'), undo([call('undo a')]), call('b'), undo([call('undo b'), call('undo b too')]), call('c')]);
    expect(names(program)).to.deep.equal(['a', 'b', 'c', 'undo b', 'undo b too', 'undo a', 'exit_group']);
    expect(program.sections).to.deep.equal([{ name: 'test', from: 0, undo: 3, end: 6, to: 7 }]);
  });

  it('sends what fails to the latest undo registered before it, and an undo to the next op', () => {
    const program = programOf([call('a'), undo([call('undo a')]), call('b'), undo([call('undo b')]), call('c')]);
    // a -> end, b -> undo a, c -> undo b; undo b -> undo a -> end -> itself, being the last
    expect(fails(program)).to.deep.equal([5, 4, 3, 4, 5, 5]);
    expect(program.ops.map(({ undoing }) => undoing)).to.deep.equal([false, false, false, true, true, true]);
  });

  it('has every op of undos and ends tolerate every errno, without a second failure', () => {
    const away = label('away');
    const program = programOf(
      [undo([call('undo'), sys('close', [1], { unless: { errno: 'any', goto: away } }), here(away), format(buf('b', 4), ['x'])])],
      [call('end'), sys('exit_group', [1])],
    );
    const unless = program.ops.map(({ op }) => (op.op === 'syscall' ? op.unless?.errno : op.op));
    expect(unless).to.deep.equal(['any', 'any', 'format', 'any', 'any']);
  });

  it('resolves labels to the op behind them, in another section too', () => {
    const [start, child, done] = [label('host'), label('child'), label('done')];
    const pid = reg('pid');
    const program = link({
      sections: [
        section(
          'host',
          start,
          [here(done), branch(pid, '==', 0, child), sys('close', [1], { unless: { errno: ['EBADF'], goto: done } }), jump(start)],
          [sys('exit_group', [0])],
          origin,
        ),
        section('container', child, [call('execve')], [sys('exit_group', [1])], origin),
      ],
    });
    expect(program.ops.map(({ jump: to }) => to)).to.deep.equal([4, 0, 0, 4, 5, 5]);
    expect(program.sections.map(({ name, from, to }) => [name, from, to])).to.deep.equal([
      ['host', 0, 4],
      ['container', 4, 6],
    ]);
  });

  it('lets an empty list of ops lead straight to the undos and the end', () => {
    const done = label('done');
    const program = programOf([jump(done), undo([call('undo')]), here(done)]);
    expect(program.ops[0]?.jump).to.equal(1);
    expect(names(programOf([]))).to.deep.equal(['exit_group']);
  });

  it('keeps who put an op there', () => {
    const fragment = (step: string, ops: readonly Op[]): { origin: LinkedOp['origin']; ops: readonly Op[] } => ({
      origin: { plugin: 'p', step },
      ops,
    });
    const program = link({
      sections: [
        {
          name: 'host',
          start: label('start'),
          fragments: [fragment('one', [call('a'), undo([call('undo a')])]), fragment('two', [call('b')])],
          end: fragment('end', [sys('exit_group', [0])]),
        },
      ],
    });
    expect(program.ops.map(({ origin: { step } }) => step)).to.deep.equal(['one', 'two', 'one', 'end']);
  });

  it('refuses a label placed twice, never, or with nothing behind it in its section', () => {
    const twice = label('twice');
    expect(code(() => programOf([here(twice), call('a'), here(twice)]))).to.equal('PROGRAM_LABEL');
    expect(code(() => programOf([jump(label('nowhere'))]))).to.equal('PROGRAM_LABEL');
    const [behind, next] = [label('behind'), label('next')];
    const sections = [
      section('one', label('start'), [jump(behind)], [sys('exit_group', [0]), here(behind)], origin),
      section('two', next, [], [sys('exit_group', [0])], origin),
    ];
    expect(code(() => link({ sections }))).to.equal('PROGRAM_LABEL');
  });

  it('refuses an undo that could fail', () => {
    for (const op of [raise('no'), undo([]), sys('close', [1], { unless: { errno: ['EBADF'] } })]) {
      expect(code(() => programOf([undo([op])]))).to.equal('PROGRAM_UNDO');
    }
  });

  it('refuses an end that a process would run out of', () => {
    expect(code(() => programOf([call('a')], []))).to.equal('PROGRAM_SECTION');
    expect(code(() => programOf([call('a')], [set(reg('r'), 1)]))).to.equal('PROGRAM_SECTION');
    expect(code(() => programOf([call('a')], [call('execve')]))).to.equal('PROGRAM_SECTION');
  });
});
