import {
  at,
  branch,
  buf,
  checkProgram,
  compute,
  decode,
  type DecodedProgram,
  encode,
  ERRNO,
  format,
  here,
  hostInitArch,
  initId,
  label,
  load,
  type Op,
  raise,
  reg,
  set,
  store,
  sys,
  undo,
  words,
} from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { programOf } from './sections.js';

const arch = hostInitArch();
const encoded = (ops: readonly Op[], end?: readonly Op[]): Uint8Array => encode(programOf(ops, end), { arch, initId });
const roundTrip = (ops: readonly Op[], end?: readonly Op[]): DecodedProgram => decode(encoded(ops, end));
const code = (ops: readonly Op[]): unknown => {
  try {
    encoded(ops);
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
};
const text = (program: DecodedProgram, operand: unknown): string => {
  const { offset, extent } = operand as { offset: number; extent: number };
  return Buffer.from(program.data.subarray(offset, offset + extent)).toString('latin1');
};

describe('encode', () => {
  it('keeps numbers of 64 bits, signed and unsigned, and null', () => {
    const { ops } = roundTrip([sys('read', [1, -1, 0xffff_ffff, 2n ** 63n, 2n ** 64n - 1n, null])]);
    expect(ops[0]?.operands.map((operand) => operand.kind === 'immediate' && operand.value)).to.deep.equal([
      1n,
      -1n,
      0xffff_ffffn,
      -(2n ** 63n),
      -1n,
      0n,
    ]);
  });

  it('numbers registers from 4, behind those of init', () => {
    const [one, two] = [reg('one'), reg('two')];
    const { ops, registerCount } = roundTrip([sys('dup', [one], { to: two }), sys('dup', [two], { to: ERRNO }), set(one, two)]);
    expect(registerCount).to.equal(6);
    expect(ops.slice(0, 3).map(({ dst }) => dst)).to.deep.equal([5, 0, 4]);
    expect(ops[1]?.operands).to.deep.equal([{ kind: 'register', register: 5 }]);
  });

  it('keeps a text once, with its NUL', () => {
    const program = roundTrip([sys('chdir', ['/tmp'], { say: '/tmp' }), sys('chdir', ['/tmp']), sys('chdir', ['é'])]);
    const [first, second, third] = program.ops.map(({ operands }) => operands[0]);
    expect(first).to.deep.equal(second);
    expect(text(program, first)).to.equal('/tmp\0');
    expect(text(program, third)).to.equal('\u00c3\u00a9\0');
    expect(program.ops[0]?.message).to.equal('/tmp');
    expect(program.ops[1]?.message).to.equal(undefined);
  });

  it('puts zeroed buffers behind the file, aligned, and those with content into it', () => {
    const [zeroed, other, filled] = [buf('zeroed', 20), buf('other', 8), buf('filled', 24, Uint8Array.of(1, 2, 3))];
    const program = roundTrip([
      sys('read', [0, zeroed, 20]),
      sys('read', [0, other, 8]),
      sys('write', [1, filled, 24]),
      sys('read', [0, at(zeroed, 4), 16]),
    ]);
    const [first, second, third, fourth] = program.ops.map(({ operands }) => operands[1] as { offset: number; extent: number });
    expect(first).to.include({ offset: program.data.length, extent: 20 });
    expect(second).to.include({ offset: program.data.length + 32, extent: 8 });
    expect(fourth).to.include({ offset: program.data.length + 4, extent: 16 });
    expect(third?.offset).to.be.lessThan(program.data.length);
    expect((third?.offset ?? 1) % 16).to.equal(0);
    expect(text(program, third)).to.equal(`\u0001\u0002\u0003${'\0'.repeat(21)}`);
  });

  it('makes pointers of what words name, final at the address where programs are mapped', () => {
    const inner = words('inner', ['deep', 7]);
    const cell = buf('cell', 16);
    const program = roundTrip([
      sys('execve', ['/bin/sh', words('argv', ['sh', inner, at(inner, 8), cell, Uint8Array.of(9, 9), null]), null]),
    ]);
    const argv = program.ops[0]?.operands[1] as { offset: number };
    const targets = [0, 1, 2, 3, 4, 5].map((index) => program.pointers.get(argv.offset + 8 * index));
    expect(targets[5]).to.equal(undefined);
    expect(program.pointers.get(targets[1] ?? -1)).to.be.a('number');
    expect(targets[2]).to.equal((targets[1] ?? 0) + 8);
    expect(targets[3]).to.equal(program.data.length);
    expect([...program.data.subarray(targets[4] ?? 0, (targets[4] ?? 0) + 2)]).to.deep.equal([9, 9]);
    const start = program.data.byteOffset;
    const word = new DataView(program.data.buffer).getBigUint64(start + argv.offset, true);
    expect(word).to.equal(0x10000000n + BigInt(start + (targets[0] ?? 0)));
  });

  it('keeps tests, computations, sizes and errnos', () => {
    const value = reg('value');
    const cell = buf('cell', 8);
    const away = label('away');
    const { ops } = roundTrip([
      here(away),
      branch(value, '>=', reg('other'), away, 0xff),
      compute(value, 1, '>>', value),
      load(cell, 2, value),
      store(cell, 4, value),
      sys('close', [value], { unless: { errno: ['EBADF', 'EIO'], goto: away } }),
      sys('close', [value], { unless: { errno: 'any' } }),
      { op: 'report', fd: 2, prefix: 'p', suffix: 's', escape: 'json' },
    ]);
    expect(ops.slice(0, 4).map(({ code, sub }) => [code, sub])).to.deep.equal([
      ['branch', 3],
      ['compute', 5],
      ['load', 2],
      ['store', 4],
    ]);
    expect(ops.map(({ errnos }) => errnos)).to.deep.equal([[], [], [], [], [9, 5], 'any', 'any', 'any']);
    expect(ops[4]?.jump).to.equal(0);
    expect(ops[6]?.sub).to.equal(1);
  });

  it('has a format of an undo tolerate that there is no room', () => {
    const path = buf('path', 4);
    const { ops } = roundTrip([format(path, ['a']), undo([format(path, ['too long'])])]);
    expect(ops.map(({ code, errnos }) => [code, errnos])).to.deep.equal([
      ['format', []],
      ['format', 'any'],
      ['syscall', 'any'],
    ]);
  });

  it('is the same for the same program, and sound', () => {
    const make = (): Uint8Array => encoded([sys('chdir', ['/tmp']), raise('no', { errno: 2 })]);
    expect(make()).to.deep.equal(make());
    expect(checkProgram(make())).to.equal(undefined);
  });

  it('takes notes along, and the same data with and without them', () => {
    const program = programOf([sys('chdir', ['/tmp'])]);
    const notes = Uint8Array.of(1, 2, 3);
    const bytes = Buffer.from(encode(program, { arch, initId, notes }));
    expect(bytes.includes(Buffer.from(notes), 40 + 2 * 80)).to.equal(true);
    expect(decode(bytes).data).to.deep.equal(decode(encode(program, { arch, initId })).data);
    expect(decode(bytes).names).to.equal(undefined);
  });

  it('refuses what does not fit', () => {
    const cell = buf('cell', 4);
    const wrong: Record<string, Op[]> = {
      'a seventh operand': [sys('read', [1, 2, 3, 4, 5, 6, 7])],
      'a fifth errno': [sys('close', [1], { unless: { errno: ['EIO', 'EBADF', 'EINTR', 'ENOSPC', 'EPERM'] } })],
      'a fifth register in a format': [format(cell, [reg('a'), reg('b'), reg('c'), reg('d'), reg('e')])],
      'a control byte in a template': [format(cell, ['\u0001'])],
      'a NUL in a text': [sys('chdir', ['a\0b'])],
      'an offset behind a buffer': [sys('read', [0, at(cell, 5), 0])],
      'an integer behind a buffer': [load(at(cell, 1), 4, reg('a'))],
      'a store behind a buffer': [store(at(cell, 4), 1, 0)],
      'a text into nothing': [format(at(cell, 4), ['x'])],
      'more content than its buffer': [sys('write', [1, buf('small', 2, new Uint8Array(3)), 3])],
      'too many registers': Array.from({ length: 4100 }, (_, i) => set(reg(`r${i}`), 0)),
      'too much memory': [sys('read', [0, buf('huge', 65 << 20), 1])],
    };
    for (const [what, ops] of Object.entries(wrong)) expect(code(ops), what).to.equal('PROGRAM_OPERAND');
    expect(code([sys('no_such_call', [])])).to.equal('PROGRAM_NAME');
    expect(code([sys('close', [1], { unless: { errno: ['ENOTHING'] } })])).to.equal('PROGRAM_NAME');
  });

  it('numbers system calls as the architecture does', () => {
    const program = programOf([sys('openat', [-100, '/', 0])]);
    expect(decode(encode(program, { arch: 'x64', initId })).ops[0]?.number).to.equal(257);
    expect(decode(encode(program, { arch: 'arm64', initId })).ops[0]?.number).to.equal(56);
    expect(() => encode(programOf([sys('open', ['/', 0])]), { arch: 'arm64', initId })).to.throw(/not known/);
  });
});
