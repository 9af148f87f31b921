import { findSyscall } from '@standpipe/syscalls';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  abiOf,
  architectures,
  BPF_MAXINSNS,
  compileParsed,
  compileProfile,
  decodeFilter,
  dockerProfile,
  encodeFilter,
  evaluate,
  formatReturn,
  interpret,
  operators,
  parseProfile,
  type ProfileRule,
  type SeccompProfile,
} from '../src/index.js';
import { Random, randomCall, randomProfile } from './random-profile.js';

const nr = (name: string): number => findSyscall(name, 'x64') ?? -1;
const x64 = abiOf('SCMP_ARCH_X86_64').audit;
const allow = (...names: string[]): NonNullable<SeccompProfile['syscalls']>[number] => ({ names, action: 'SCMP_ACT_ALLOW' });

/** What the filter of a profile returns for a call of x64. */
function outcome(profile: SeccompProfile, name: string, args: readonly (number | bigint)[] = [], audit = x64): string {
  const filter = compileProfile(profile, { arch: 'x64' });
  return formatReturn(interpret(filter.instructions, { nr: nr(name), audit, args }).value);
}

describe('compileProfile', () => {
  it('merges neighbours, and searches what is left as a tree', () => {
    const profile: SeccompProfile = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [allow('read', 'write', 'open', 'close')] };
    const filter = compileProfile(profile, { arch: 'x64' });
    // Architecture: 3 with its load, number: 1 and its load, x32 and -1, and four ways to return.
    expect(filter.instructions).to.have.length.below(16);
    expect(outcome(profile, 'close')).to.equal('ALLOW');
  });

  it('makes at most 150 instructions of the default profile of Docker without its argument rules, for x64 alone', () => {
    const { syscalls = [], ...rest } = dockerProfile({ arch: 'x64' });
    const plain = { ...rest, architectures: [], syscalls: syscalls.filter(({ args }) => args === undefined) };
    expect(compileProfile(plain, { arch: 'x64' }).instructions.length).to.be.at.most(150);
    expect(compileProfile({ ...rest, architectures: [], syscalls }, { arch: 'x64' }).instructions.length).to.be.at.most(150);
  });

  it('gives the same filter for the same profile', () => {
    const profile = dockerProfile({ arch: 'x64' });
    expect(compileProfile(profile, { arch: 'x64' })).to.equal(compileProfile(structuredClone(profile), { arch: 'x64' }));
    expect(compileProfile(profile, { arch: 'x64' })).not.to.equal(compileProfile(profile, { arch: 'arm64' }));
    expect(compileProfile({ ...profile, defaultErrnoRet: 2 }, { arch: 'x64' })).not.to.equal(compileProfile(profile, { arch: 'x64' }));
  });

  it('compares one argument with many values by one load of each half', () => {
    const args = (value: number): SeccompProfile['syscalls'] => [
      { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] },
    ];
    const profile: SeccompProfile = {
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [0, 8, 0x20000, 0x20008, 0xffff_ffff].flatMap((value) => args(value) ?? []),
    };
    const { instructions } = compileProfile(profile, { arch: 'x64' });
    expect(instructions.filter(({ code, k }) => code === 0x20 && k >= 16)).to.have.length(2);
  });

  it('means what the rules mean: random profiles, all ABIs, and calls at the edges', () => {
    const random = new Random(20);
    const names = [
      'read',
      'open',
      'socket',
      'bind',
      'clone',
      'ioctl',
      'shmget',
      'personality',
      'mseal',
      'uretprobe',
      'execve',
      'getpid',
      'nosuch',
    ];
    const abis = architectures.map(abiOf);
    const audits = [...abis.map(({ audit }) => audit), 77];
    const numbers = [
      0, 102, 117, 334, 335, 336, 337, 423, 424, 462, 463, 0x4000_0000, 0x4000_0001, 0x4000_01ce, 0xffff_ffff, 4003, 5041, 6041,
    ];
    for (let i = 0; i < 400; i++) {
      const profile = parseProfile(randomProfile(random, { names, architectures }), { arch: 'x64' });
      const { instructions } = compileParsed(profile);
      for (let j = 0; j < 60; j++) {
        const call = randomCall(random, audits, numbers);
        const littleEndian = abis.find(({ audit }) => audit === call.audit)?.littleEndian;
        const got = interpret(instructions, call, littleEndian).value;
        if (got !== evaluate(profile, call).value) expect.fail(`profile ${String(i)}, call ${String(j)}: ${formatReturn(got)}`);
      }
    }
  });

  it('is right where jumps are longer than a test can reach', () => {
    const names = ['read', 'open', 'socket', 'clone', 'ioctl', 'personality', 'execve', 'getpid'];
    const random = new Random(5);
    let longest = 0;
    for (let i = 0; i < 30; i++) {
      const rules = Array.from({ length: 25 }, () => randomProfile(random, { names }).syscalls ?? []).flat();
      const conditional = rules.filter(({ args }) => args !== undefined);
      const profile = parseProfile({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: conditional }, { arch: 'x64' });
      const { instructions } = compileParsed(profile);
      longest = Math.max(longest, instructions.length);
      for (let j = 0; j < 100; j++) {
        const call = randomCall(random, [x64], [0, 2, 41, 56, 16, 135, 59, 39]);
        expect(interpret(instructions, call).value).to.equal(evaluate(profile, call).value);
      }
    }
    expect(longest).to.be.above(600);
  });

  it('says how long a filter that the kernel would not take is', () => {
    const random = new Random(1);
    const rules = (name: string, count: number): ProfileRule[] =>
      Array.from({ length: count }, (_, i) => ({
        names: [name],
        action: i % 2 === 0 ? 'SCMP_ACT_ALLOW' : 'SCMP_ACT_LOG',
        args: [1, 2].map((index) => ({ index, value: random.below(2 ** 31) * 2 ** 20, op: 'SCMP_CMP_EQ' })),
      }));
    const compile = (syscalls: ProfileRule[]): unknown => compileProfile({ defaultAction: 'SCMP_ACT_ERRNO', syscalls }, { arch: 'x64' });
    expect(() => compile(['ioctl', 'read', 'write', 'fcntl', 'prctl'].flatMap((name) => rules(name, 256)))).to.throw(
      new RegExp(`^makes a filter of \\d+ instructions, and the kernel takes no more than ${String(BPF_MAXINSNS)} `),
    );
    expect(() => compile(rules('ioctl', 257))).to.throw(/^has 514 conditions for ioctl, and no more than 512 can be had$/);
  });

  it('takes its time in proportion, whatever a profile says', () => {
    const random = new Random(3);
    for (const op of operators) {
      const syscalls = Array.from({ length: 500 }, (): ProfileRule => ({
        names: ['ioctl'],
        action: random.pick(['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG']),
        args: [{ index: random.below(2), value: random.below(2 ** 31) * 2 ** 20, valueTwo: 1, op }],
      }));
      const start = performance.now();
      try {
        compileProfile({ defaultAction: 'SCMP_ACT_ERRNO', syscalls }, { arch: 'x64' });
      } catch (error) {
        expect(error).to.have.property('code', 'SECCOMP_FILTER_TOO_LONG');
      }
      expect(performance.now() - start, op).to.be.below(2000);
    }
  });

  it('encodes for the byte order of the machine', () => {
    const { instructions, bytes } = compileProfile({ defaultAction: 'SCMP_ACT_LOG' }, { arch: 's390x' });
    expect(decodeFilter(bytes, false)).to.deep.equal(instructions);
    expect(encodeFilter([{ code: 0x15, jt: 1, jf: 2, k: 0x01020304 }])).to.deep.equal(Uint8Array.of(0x15, 0, 1, 2, 4, 3, 2, 1));
  });
});
