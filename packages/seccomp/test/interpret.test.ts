import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Instruction, interpret } from '../src/index.js';

const at = (code: number, k: number, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k });
const call = { nr: 7, audit: 0xc000003e, args: [0x1122334455667788n, -1], instructionPointer: 0xaabbccddn };
const run = (...filter: Instruction[]): number => interpret(filter, call).value;
const RET_A = at(0x16, 0);

describe('interpret', () => {
  it('loads what seccomp shows', () => {
    expect(run(at(0x20, 0), RET_A)).to.equal(7);
    expect(run(at(0x20, 4), RET_A)).to.equal(0xc000003e);
    expect(run(at(0x20, 8), RET_A)).to.equal(0xaabbccdd);
    expect(run(at(0x20, 16), RET_A)).to.equal(0x55667788);
    expect(run(at(0x20, 20), RET_A)).to.equal(0x11223344);
    expect(run(at(0x20, 28), RET_A)).to.equal(0xffffffff);
    expect(interpret([at(0x20, 16), RET_A], call, false).value).to.equal(0x11223344);
    expect(run(at(0x80, 0), RET_A)).to.equal(64);
  });

  it('computes with 32 bits', () => {
    const compute = (code: number, a: number, k: number): number => run(at(0x00, a), at(code, k), RET_A);
    expect(compute(0x04, 0xffffffff, 2)).to.equal(1);
    expect(compute(0x14, 1, 2)).to.equal(0xffffffff);
    expect(compute(0x24, 0xffffffff, 0xffffffff)).to.equal(1);
    expect(compute(0x34, 0xffffffff, 2)).to.equal(0x7fffffff);
    expect(compute(0x34, 5, 0)).to.equal(0);
    expect(compute(0x44, 0x80000000, 1)).to.equal(0x80000001);
    expect(compute(0x54, 0xf0f0f0f0, 0xff000000)).to.equal(0xf0000000);
    expect(compute(0xa4, 0xffffffff, 1)).to.equal(0xfffffffe);
    expect(compute(0x64, 1, 31)).to.equal(0x80000000);
    expect(compute(0x74, 0x80000000, 31)).to.equal(1);
    expect(compute(0x84, 1, 0)).to.equal(0xffffffff);
  });

  it('moves between A, X and memory', () => {
    // X = 9, M[3] = X, A = 0, A = M[3], X = A, A = 1, A += X
    expect(run(at(0x01, 9), at(0x03, 3), at(0x00, 0), at(0x60, 3), at(0x07, 0), at(0x00, 1), at(0x0c, 0), RET_A)).to.equal(10);
    expect(run(at(0x01, 5), at(0x87, 0), at(0x02, 15), at(0x00, 1), at(0x61, 15), at(0x87, 0), RET_A)).to.equal(5);
  });

  it('jumps, and tells by which way it came', () => {
    const filter = [at(0x20, 0), at(0x15, 7, 1, 0), at(0x06, 1), at(0x05, 1), at(0x06, 2), at(0x45, 1, 0, 1), at(0x06, 3), at(0x06, 4)];
    expect(interpret(filter, call)).to.deep.equal({ value: 3, path: [0, 1, 3, 5, 6] });
    expect(interpret(filter, { ...call, nr: 8 })).to.deep.equal({ value: 1, path: [0, 1, 2] });
    expect(run(at(0x20, 0), at(0x25, 6, 0, 1), at(0x06, 1), at(0x06, 2))).to.equal(1);
    expect(run(at(0x20, 0), at(0x35, 8, 0, 1), at(0x06, 1), at(0x06, 2))).to.equal(2);
    expect(run(at(0x20, 0), at(0x01, 7), at(0x1d, 0, 0, 1), at(0x06, 1), at(0x06, 2))).to.equal(1);
  });

  it('refuses what the kernel would refuse', () => {
    for (const bad of [at(0x20, 64), at(0x20, 2), at(0x28, 0), at(0x02, 16), at(0x94, 3), at(0x55, 0), at(0x05, 9)]) {
      expect(() => run(bad, RET_A), JSON.stringify(bad))
        .to.throw()
        .with.property('code', 'BPF_INVALID');
    }
  });
});
