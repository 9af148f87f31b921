import { encode, hostInitArch, initId, initImage, joinExecutable } from '@standpipe/program';
import { runExecutable } from '@standpipe/program/testing';
import { leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkProgram } from '../src/check.js';
import { PROGRAM_SEGMENT, segmentField } from '../src/elf.js';
import { headerField, HEADER_SIZE, opField, OP_SIZE } from '../src/format.js';
import { print, programOf } from './sections.js';

const arch = hostInitArch();
const sound = encode(programOf([print('ran\n'), print('ran on\n')]), { arch, initId });

/** A copy with some bytes changed. */
function changed(change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = sound.slice();
  change(new DataView(bytes.buffer), bytes);
  return bytes;
}

const whole = joinExecutable(initImage(arch), sound);
const start = whole.length - sound.length;

/** An executable with other bytes in the program's place, in as much memory as the sound one has. */
function executableWith(bytes: Uint8Array): Uint8Array {
  const executable = Buffer.concat([whole.subarray(0, start), bytes]);
  executable.writeBigUInt64LE(BigInt(bytes.length), PROGRAM_SEGMENT + segmentField.fileSize);
  return executable;
}

const lastOp = HEADER_SIZE + 2 * OP_SIZE;
const argument = (index: number): number => lastOp + opField.args + 8 * index;

const wrong: Readonly<Record<string, readonly [why: string, bytes: Uint8Array]>> = {
  'no program at all': ['there is no program', changed((view) => view.setUint32(headerField.magic, 0x1234, true))],
  'another version': ['the program is for another version of init', changed((view) => view.setUint16(headerField.version, 2, true))],
  'another init': ['the program is for another version of init', encode(programOf([print('ran\n')]), { arch, initId: initId ^ 1n })],
  'another architecture': [
    'the program is for another architecture',
    encode(programOf([print('ran\n')]), { arch: arch === 'x64' ? 'arm64' : 'x64', initId }),
  ],
  'data cut off': ['the program is truncated', sound.subarray(0, sound.length - 16)],
  'ops cut off': ['the program is truncated', sound.subarray(0, HEADER_SIZE + 100)],
  'a header cut off': ['there is no program', sound.subarray(0, 24)],
  'no end mark': ['the program is truncated', changed((view) => view.setUint8(sound.length - 1, view.getUint8(sound.length - 1) ^ 1))],
  'more ops than there are': ['the program is truncated', changed((view) => view.setUint32(headerField.opCount, 0xffff_ffff, true))],
  'no ops': ['the program has no ops', changed((view) => view.setUint32(headerField.opCount, 0, true))],
  'too few registers': ['the registers are too few or too many', changed((view) => view.setUint32(headerField.registerCount, 3, true))],
  'too many registers': ['the registers are too few or too many', changed((view) => view.setUint32(headerField.registerCount, 4097, true))],
  'an unknown op': ['an op is of an unknown kind', changed((view) => view.setUint8(lastOp + opField.code, 10))],
  'an operand behind the data': [
    'an operand points outside the data',
    changed((view) => {
      view.setUint32(lastOp + opField.kinds, 3, true);
      view.setUint32(argument(0), 0xffff_fff0, true);
      view.setUint32(argument(0) + 4, 0x20, true);
    }),
  ],
  'an operand of an unknown kind': ['an operand is of an unknown kind', changed((view) => view.setUint32(lastOp + opField.kinds, 4, true))],
  'a seventh operand': ['an op has more than six operands', changed((view) => view.setUint32(lastOp + opField.kinds, 1 << 24, true))],
  'a register that is not there': [
    'an operand names a register that does not exist',
    changed((view) => {
      view.setUint32(lastOp + opField.kinds, 2, true);
      view.setBigUint64(argument(0), 2n ** 32n, true);
    }),
  ],
  'a result in a register that is not there': [
    'a result goes to a register that does not exist',
    changed((view) => view.setUint16(lastOp + opField.dst, 4, true)),
  ],
  'a jump to nowhere': ['an op goes on at an op that does not exist', changed((view) => view.setUint32(lastOp + opField.jump, 3, true))],
  'a failure to nowhere': ['an op goes on at an op that does not exist', changed((view) => view.setUint32(lastOp + opField.fail, 3, true))],
  'a message outside the data': [
    'a message lies outside the data',
    changed((view) => view.setUint32(lastOp + opField.message, 0x7fff_ffff, true)),
  ],
};

describe('a malformed program', () => {
  leaveNothing();

  it('would run if it were sound', async () => {
    const { code, stdout } = await runExecutable(whole);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: 'ran\nran on\n' });
    expect(checkProgram(sound, { arch })).to.equal(undefined);
  });

  for (const [what, [why, bytes]] of Object.entries(wrong)) {
    it(`is refused before its first op: ${what}`, async () => {
      expect(checkProgram(bytes, { arch })).to.equal(why);
      const outcome = await runExecutable(executableWith(bytes));
      expect(outcome).to.deep.equal({ code: 125, signal: null, stdout: '', stderr: `standpipe-init: ${why}\n` });
    });
  }

  it('is refused, or dies untouched, when its file was cut anywhere', async () => {
    for (const size of [
      start + 20,
      start + HEADER_SIZE + 1,
      start + HEADER_SIZE + OP_SIZE,
      whole.length - 30,
      whole.length - 8,
      whole.length - 1,
    ]) {
      const { code, signal, stdout } = await runExecutable(whole.subarray(0, size));
      expect(stdout, `cut to ${size}`).to.equal('');
      expect(code === 125 || signal === 'SIGBUS', `cut to ${size}: ${code} ${signal}`).to.equal(true);
    }
  });

  it('is none, in init without a program', async () => {
    const { code, stderr } = await runExecutable(initImage(arch));
    expect({ code, stderr }).to.deep.equal({ code: 125, stderr: 'standpipe-init: there is no program\n' });
  });
});
