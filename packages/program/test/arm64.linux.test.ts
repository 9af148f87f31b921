import {
  encode,
  executableOf,
  format,
  buf,
  reg,
  initId,
  initImage,
  joinExecutable,
  label,
  link,
  type Op,
  section,
  set,
  sys,
  undo,
} from '@standpipe/program';
import { runExecutable } from '@standpipe/program/testing';
import { leaveNothing, needs, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { machines } from '../src/format.js';
import { origin, print } from './sections.js';

describe('standpipe-init for arm64', () => {
  leaveNothing();
  let image: Uint8Array;

  before(function () {
    if (process.arch !== 'arm64') needs(this, 'aarch64-linux-gnu-gcc');
    try {
      image = initImage('arm64');
    } catch {
      skip(this, 'this build has none: the cross compiler came later; run packages/program/scripts/build-init.mjs');
    }
  });

  it('is a static executable for it, as small as the other', function () {
    const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
    expect(view.getUint16(18, true)).to.equal(machines.arm64);
    expect(image.length).to.be.lessThan(16 * 1024);
  });

  describe('on arm64 or an emulation of it', () => {
    let wrapper: string[];

    before(function () {
      wrapper = process.arch === 'arm64' ? [] : [needs(this, 'qemu-aarch64-static')];
    });

    it('runs a program: texts, undos, a report', async () => {
      const [text, length, value] = [buf('text', 32), reg('length'), reg('value')];
      const ops: Op[] = [
        set(value, -42),
        format(text, ['value ', value, '\n'], length),
        sys('write', [1, text, length]),
        undo([print('undone\n')]),
        sys('chdir', ['/nowhere'], { say: 'go there' }),
      ];
      const end: Op[] = [{ op: 'report', fd: 2, prefix: 'arm64: ', suffix: '\n', escape: 'text' }, sys('exit_group', [3])];
      const program = link({ sections: [section('test', label('start'), ops, end, origin)] });
      const outcome = await runExecutable(executableOf(program, { arch: 'arm64' }), { wrapper });
      expect(outcome).to.deep.equal({
        code: 3,
        signal: null,
        stdout: 'value -42\nundone\n',
        stderr: 'arm64: go there: no such file or directory\n',
      });
    });

    it('refuses a program for another architecture', async () => {
      const program = link({ sections: [section('test', label('start'), [print('ran\n')], [sys('exit_group', [0])], origin)] });
      const { code, stdout, stderr } = await runExecutable(joinExecutable(image, encode(program, { arch: 'x64', initId })), { wrapper });
      expect({ code, stdout, stderr }).to.deep.equal({
        code: 125,
        stdout: '',
        stderr: 'standpipe-init: the program is for another architecture\n',
      });
    });
  });
});
