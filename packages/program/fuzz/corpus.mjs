// Sound programs for the fuzzer to spoil: each kind of op, and what the package itself plans.
import {
  at,
  branch,
  buf,
  compute,
  encode,
  ERRNO,
  expectInode,
  FAILED,
  format,
  here,
  hostInitArch,
  initId,
  jump,
  label,
  link,
  load,
  makeInRoot,
  notesOf,
  prologue,
  raise,
  reg,
  sealSelf,
  section,
  store,
  sys,
  undo,
  words,
} from '@standpipe/program';

const origin = { plugin: 'fuzz', step: 'corpus' };
const exit = [sys('exit_group', [1])];

function program(ops, end = exit) {
  return link({ sections: [section('fuzz', label('start'), ops, end, origin)] });
}

function texts() {
  const [name, length, value] = [reg('name'), reg('length'), reg('value')];
  // With content, and more behind it: a byte too many shows.
  const path = buf('path', 24, new Uint8Array(24).fill(0x70));
  return program(
    [
      sys('getpid', [], { to: value }),
      format(path, ['fd/', value, ' of ', length, ' and ', name, value], length),
      sys('openat', [-100, path, 0], { to: name, unless: { errno: ['ENOENT', 'EACCES'] }, say: 'open it' }),
      undo([sys('unlinkat', [-100, path, 0])]),
      raise('it went wrong', { errno: 2 }),
    ],
    [
      { op: 'report', fd: 2, prefix: 'fuzz: ', suffix: '\n', escape: 'text' },
      { op: 'report', fd: 3, prefix: '{"msg":"', suffix: '"}\n', escape: 'json' },
      ...exit,
    ],
  );
}

/** A sentence that fills the buffer of a report. */
function long() {
  const end = [{ op: 'report', fd: 2, prefix: '', suffix: ' "and" so on\n', escape: 'json' }, ...exit];
  return program([raise('"\u0007'.repeat(9000), { errno: 2 })], end);
}

function integers() {
  const cell = buf('cell', 16, Uint8Array.from([1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff]));
  const value = reg('value');
  const [again, out] = [label('again'), label('out')];
  return program([
    here(again),
    ...[1, 2, 4, 8].flatMap((size) => [load(at(cell, 3), size, value), store(at(cell, 5), size, value)]),
    ...['+', '-', '&', '|', '<<', '>>'].map((by) => compute(value, value, by, 3)),
    branch(value, '<', 100, again),
    branch(value, '>=', value, out, 0xff),
    branch(FAILED, '==', -1, again),
    here(out),
    jump(out),
    branch(ERRNO, '!=', 0, again),
  ]);
}

function structures() {
  const start = label('child');
  const pid = reg('pid');
  const cell = buf('pidfd', 4);
  const argv = words('argv', ['sh', '-c', at(words('more', ['x', null]), 8), null]);
  return link({
    sections: [
      section(
        'host',
        label('host'),
        [sys('clone3', [words('clone_args', [0, cell, 0, 0, 17, 0, 0, 0]), 64], { to: pid }), branch(pid, '==', 0, start)],
        exit,
        origin,
      ),
      section('child', start, [sys('execve', ['/bin/sh', argv, words('envp', ['A=b', null])], { say: 'execute it' })], exit, origin),
    ],
  });
}

const root = reg('root');
const programs = [
  texts(),
  long(),
  integers(),
  structures(),
  program([...sealSelf(), ...prologue({ keepFds: 0 })]),
  program([
    ...makeInRoot(root, 'a/b/c', reg('target'), { kind: 'file', say: 'make it' }),
    ...expectInode(root, { type: 0o20000, major: 1, minor: 3 }, { say: 'it is another' }),
  ]),
];

/** All of them in one piece, each behind its length, with and without notes. */
export function corpus() {
  const encoded = programs.flatMap((each) =>
    [undefined, notesOf(each)].map((notes) => Buffer.from(encode(each, { arch: hostInitArch(), initId, notes }))),
  );
  return Buffer.concat(encoded.flatMap((bytes) => [Buffer.from(Uint32Array.of(bytes.length).buffer), bytes]));
}
