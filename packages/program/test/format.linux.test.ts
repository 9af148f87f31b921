import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needs } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import * as format from '../src/format.js';
import { fixedRegisters } from '../src/operand.js';

const header = fileURLToPath(new URL('../../init/format.h', import.meta.url));

/** C's names of what format.ts has under its own. */
const constants: Readonly<Record<string, string>> = {
  PROGRAM_MAGIC: 'PROGRAM_MAGIC',
  PROGRAM_VERSION: 'PROGRAM_VERSION',
  PROGRAM_VADDR: 'PROGRAM_VADDR',
  PROGRAM_MAX_REGS: 'PROGRAM_MAX_REGS',
  PROGRAM_MAX_SIZE: 'PROGRAM_MAX_SIZE',
  HEADER_SIZE: 'sizeof(struct program_header)',
  OP_SIZE: 'sizeof(struct program_op)',
  NO_REGISTER: 'NO_REGISTER',
  NO_MESSAGE: 'NO_MESSAGE',
  ERRNO_ANY: 'ERRNO_ANY',
  REPORT_JSON: 'REPORT_JSON',
  FIRST_FREE_REGISTER: 'REG_FIRST_FREE',
};

const headerFields: Readonly<Record<keyof typeof format.headerField, string>> = {
  magic: 'magic',
  version: 'version',
  machine: 'machine',
  initId: 'init_id',
  opCount: 'op_count',
  pointerCount: 'pointer_count',
  noteSize: 'note_size',
  dataSize: 'data_size',
  dataFileSize: 'data_file_size',
  registerCount: 'register_count',
};

const opFields: Readonly<Record<keyof typeof format.opField, string>> = {
  code: 'code',
  sub: 'sub_or_size',
  dst: 'dst',
  number: 'number',
  kinds: 'kinds',
  fail: 'fail',
  jump: 'jump',
  errs: 'errs',
  message: 'message',
  args: 'args',
};

const inC = {
  codes: ['OP_SYSCALL', 'OP_JUMP', 'OP_BRANCH', 'OP_LOAD', 'OP_STORE', 'OP_COMPUTE', 'OP_FORMAT', 'OP_RAISE', 'OP_REPORT'],
  operands: ['OPERAND_NONE', 'OPERAND_IMMEDIATE', 'OPERAND_REGISTER', 'OPERAND_DATA'],
  tests: ['TEST_EQ', 'TEST_NE', 'TEST_LT', 'TEST_GE'],
  computations: ['COMPUTE_ADD', 'COMPUTE_SUB', 'COMPUTE_AND', 'COMPUTE_OR', 'COMPUTE_SHL', 'COMPUTE_SHR'],
  registers: ['REG_ERRNO', 'REG_FAILED', 'REG_ARGV', 'REG_ENVP'],
};

describe('format.ts', () => {
  it('says of sizes, offsets and numbers what format.h says', function () {
    const cc = needs(this, 'cc');
    const expressions = [
      ...Object.values(constants),
      ...Object.values(headerFields).map((field) => `__builtin_offsetof(struct program_header, ${field})`),
      ...Object.values(opFields).map((field) => `__builtin_offsetof(struct program_op, ${field})`),
      ...Object.values(inC).flat(),
    ];
    const found = evaluate(cc, expressions);
    const take = (count: number): bigint[] => found.splice(0, count);

    const ours = format as unknown as Readonly<Record<string, number | bigint>>;
    expect(take(Object.keys(constants).length)).to.deep.equal(Object.keys(constants).map((name) => BigInt(ours[name] ?? -1)));
    expect(take(Object.keys(headerFields).length)).to.deep.equal(bigints(Object.values(format.headerField)));
    expect(take(Object.keys(opFields).length)).to.deep.equal(bigints(Object.values(format.opField)));
    expect(take(inC.codes.length)).to.deep.equal(bigints(Object.values(format.opCode)));
    expect(take(inC.operands.length)).to.deep.equal(bigints(Object.values(format.operandKind)));
    expect(take(inC.tests.length)).to.deep.equal(bigints(format.tests.map((_, index) => index)));
    expect(take(inC.computations.length)).to.deep.equal(bigints(format.computations.map((_, index) => index)));
    expect(take(inC.registers.length)).to.deep.equal(bigints(fixedRegisters.map((_, index) => index)));
    expect(fixedRegisters.map(({ name }) => `REG_${name.toUpperCase()}`)).to.deep.equal(inC.registers);
    expect(found).to.deep.equal([]);
  });

  it('keeps the data at a multiple of 16, also where counts exceed 32 bits', () => {
    expect(format.dataOffset(1, 0, 0)).to.equal(128);
    expect(format.dataOffset(1, 2, 1)).to.equal(144);
    expect(format.dataOffset(0xffff_ffff, 0xffff_ffff, 0xffff_ffff)).to.equal(Math.ceil((40 + 0xffff_ffff * 85) / 16) * 16);
  });
});

function bigints(values: readonly number[]): bigint[] {
  return values.map(BigInt);
}

/** The values of C expressions, as the compiler computes them. */
function evaluate(cc: string, expressions: readonly string[]): bigint[] {
  const dir = mkdtempSync(join(tmpdir(), 'standpipe-format-'));
  try {
    const source = expressions.map((expression) => `  printf("%lu\\n", (unsigned long)(${expression}));`).join('\n');
    writeFileSync(join(dir, 'print.c'), `#include <stdio.h>\n#include ${JSON.stringify(header)}\nint main(void) {\n${source}\n}\n`);
    execFileSync(cc, ['-o', join(dir, 'print'), join(dir, 'print.c')]);
    return execFileSync(join(dir, 'print'), { encoding: 'utf8' }).trim().split('\n').map(BigInt);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
