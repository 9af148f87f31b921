import { NotSupportedError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { and, assemble, type BpfLabel, exit, goto, ifAnyBit, load32, move, unlessEqual } from '../../src/devices/bpf.js';

const hex = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString('hex').match(/.{16}/g) ?? [];

describe('assemble', () => {
  it('lays instructions out as struct bpf_insn', () => {
    const end: BpfLabel = { label: 'end' };
    const ops = [load32(2, 1, 8), and(2, 0xffff), unlessEqual(2, 1, end), ifAnyBit(2, 6 << 16, end), goto(end), move(0, -1), end, exit()];
    expect(hex(assemble(ops))).to.deep.equal([
      '6112080000000000',
      '57020000ffff0000',
      '5502030001000000',
      '4502020000000600',
      '0500010000000000',
      'b7000000ffffffff',
      '9500000000000000',
    ]);
  });

  it('knows labels by identity, and places several at one instruction', () => {
    const [one, other] = [{ label: 'same name' }, { label: 'same name' }];
    expect(hex(assemble([goto(one), move(0, 0), one, goto(other), other, exit()]))).to.include.members([
      '0500010000000000',
      '0500000000000000',
    ]);
  });

  it('refuses a jump that is too far, and one to nowhere', () => {
    const far: BpfLabel = { label: 'far' };
    const filled = (count: number): Parameters<typeof assemble>[0] => [
      goto(far),
      ...Array.from({ length: count }, () => move(0, 0)),
      far,
      exit(),
    ];
    expect(assemble(filled(0x7fff)).byteLength).to.equal((0x7fff + 2) * 8);
    expect(() => assemble(filled(0x8000))).to.throw(NotSupportedError);
    expect(() => assemble([goto(far)])).to.throw(TypeError);
  });
});
