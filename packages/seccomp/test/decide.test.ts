import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  abiOf,
  type Architecture,
  callOf,
  compileParsed,
  evaluate,
  formatReturn,
  interpret,
  parseProfile,
  type ProfileArg,
  type ProfileRule,
  type SeccompProfile,
} from '../src/index.js';

const rule = (names: string, action: ProfileRule['action'], args?: ProfileArg[], errnoRet?: number): ProfileRule => ({
  names: names.split(' '),
  action,
  args,
  errnoRet,
});
const equal = (index: number, value: number | bigint): ProfileArg => ({ index, value, op: 'SCMP_CMP_EQ' });

/** What becomes of a call, by the rules and by the filter, which must agree. */
function outcome(
  profile: SeccompProfile,
  syscall: string | number,
  args: readonly (number | bigint)[] = [],
  abi: Architecture = 'SCMP_ARCH_X86_64',
): string {
  const parsed = parseProfile(profile, { arch: 'x64' });
  const { audit, littleEndian } = abiOf(abi);
  const call = typeof syscall === 'number' ? { nr: syscall, audit, args } : callOf(parsed, syscall, args, abi);
  if (call === undefined) return 'no such call';
  const { value } = evaluate(parsed, call);
  expect(formatReturn(interpret(compileParsed(parsed).instructions, call, littleEndian).value)).to.equal(formatReturn(value));
  return formatReturn(value);
}

describe('what a profile decides', () => {
  const deny: SeccompProfile = { defaultAction: 'SCMP_ACT_ERRNO' };
  const pass: SeccompProfile = { defaultAction: 'SCMP_ACT_ALLOW' };

  it('knows every action, with its errno', () => {
    const of = (action: ProfileRule['action'], errnoRet?: number): string =>
      outcome(
        {
          defaultAction: action === 'SCMP_ACT_ALLOW' ? 'SCMP_ACT_ERRNO' : 'SCMP_ACT_ALLOW',
          syscalls: [rule('read', action, undefined, errnoRet)],
        },
        'read',
      );
    expect(of('SCMP_ACT_ALLOW')).to.equal('ALLOW');
    expect(of('SCMP_ACT_ERRNO')).to.equal('ERRNO(EPERM)');
    expect(of('SCMP_ACT_ERRNO', 38)).to.equal('ERRNO(ENOSYS)');
    expect(of('SCMP_ACT_KILL')).to.equal('KILL_THREAD');
    expect(of('SCMP_ACT_KILL_THREAD')).to.equal('KILL_THREAD');
    expect(of('SCMP_ACT_KILL_PROCESS')).to.equal('KILL_PROCESS');
    expect(of('SCMP_ACT_TRAP')).to.equal('TRAP');
    expect(of('SCMP_ACT_TRACE', 7)).to.equal('TRACE(7)');
    expect(of('SCMP_ACT_LOG')).to.equal('LOG');
    expect(of('SCMP_ACT_NOTIFY')).to.equal('USER_NOTIF');
    expect(outcome({ ...deny, defaultErrnoRet: 13 }, 'read')).to.equal('ERRNO(EACCES)');
  });

  it('compares all 64 bits, unsigned', () => {
    const when = (op: ProfileArg['op'], value: bigint, argument: bigint, valueTwo?: bigint): boolean =>
      outcome({ ...deny, syscalls: [rule('ioctl', 'SCMP_ACT_ALLOW', [{ index: 1, value, valueTwo, op }])] }, 'ioctl', [0, argument]) ===
      'ALLOW';
    const big = 0x1_0000_0002n;
    expect([big - 1n, big, big + 1n, 2n, 0x2_0000_0002n].map((arg) => when('SCMP_CMP_EQ', big, arg))).to.deep.equal([
      false,
      true,
      false,
      false,
      false,
    ]);
    expect([big, 2n].map((arg) => when('SCMP_CMP_NE', big, arg))).to.deep.equal([false, true]);
    expect([big - 1n, big, 0xffff_ffffn, 0x2_0000_0000n].map((arg) => when('SCMP_CMP_LT', big, arg))).to.deep.equal([
      true,
      false,
      true,
      false,
    ]);
    expect([big, big + 1n, 3n].map((arg) => when('SCMP_CMP_LE', big, arg))).to.deep.equal([true, false, true]);
    expect([big, big - 1n, 3n, -1n].map((arg) => when('SCMP_CMP_GE', big, arg))).to.deep.equal([true, false, false, true]);
    expect([big, big + 1n, 0xffff_ffffn, 0x2_0000_0000n].map((arg) => when('SCMP_CMP_GT', big, arg))).to.deep.equal([
      false,
      true,
      false,
      true,
    ]);
    expect(
      [0x1_0000_0007n, 0x7n, 0x1_0000_0003n].map((arg) => when('SCMP_CMP_MASKED_EQ', 0x1_0000_0004n, arg, 0x1_0000_0004n)),
    ).to.deep.equal([true, false, false]);
    // What lies outside the mask is dropped from the value, and an empty mask takes all.
    expect(when('SCMP_CMP_MASKED_EQ', 4n, 4n, 0xffn)).to.equal(true);
    expect(when('SCMP_CMP_MASKED_EQ', 0n, 99n, 5n)).to.equal(true);
  });

  it('takes several conditions together, but those of one argument each for itself', () => {
    const both: SeccompProfile = { ...deny, syscalls: [rule('socket', 'SCMP_ACT_ALLOW', [equal(0, 1), equal(1, 2)])] };
    expect([outcome(both, 'socket', [1, 2]), outcome(both, 'socket', [1, 3])]).to.deep.equal(['ALLOW', 'ERRNO(EPERM)']);
    const either: SeccompProfile = { ...deny, syscalls: [rule('socket', 'SCMP_ACT_ALLOW', [equal(0, 1), equal(0, 2), equal(1, 7)])] };
    expect([[1], [2], [3, 7], [3]].map((args) => outcome(either, 'socket', args))).to.deep.equal([
      'ALLOW',
      'ALLOW',
      'ALLOW',
      'ERRNO(EPERM)',
    ]);
  });

  it('lets a rule without conditions decide, the first of them, and drops what the default does anyway', () => {
    const conflict: SeccompProfile = {
      ...deny,
      syscalls: [
        rule('socket', 'SCMP_ACT_KILL', [equal(0, 1)]),
        rule('socket', 'SCMP_ACT_ERRNO'),
        rule('socket', 'SCMP_ACT_LOG'),
        rule('socket', 'SCMP_ACT_ALLOW'),
      ],
    };
    expect(outcome(conflict, 'socket', [1])).to.equal('LOG');
    const first: SeccompProfile = {
      ...deny,
      syscalls: [rule('socket', 'SCMP_ACT_LOG', [equal(0, 1)]), rule('socket', 'SCMP_ACT_ALLOW', [equal(1, 1)])],
    };
    expect(outcome(first, 'socket', [1, 1])).to.equal('LOG');
    expect(outcome({ ...deny, syscalls: [rule('read', 'SCMP_ACT_ERRNO', undefined, 2), rule('read', 'SCMP_ACT_ALLOW')] }, 'read')).to.equal(
      'ERRNO(ENOENT)',
    );
  });

  it('says ENOSYS to what is newer than the profile', () => {
    const old: SeccompProfile = { ...deny, syscalls: [rule('read faccessat2', 'SCMP_ACT_ALLOW')] };
    expect(outcome(old, 'openat2')).to.equal('ERRNO(EPERM)');
    expect(outcome(old, 'process_madvise')).to.equal('ERRNO(ENOSYS)');
    expect(outcome(old, 1000)).to.equal('ERRNO(ENOSYS)');
    // Came with Linux 6.11, at a number that was left out before.
    expect(outcome(old, 'uretprobe')).to.equal('ERRNO(ENOSYS)');
    expect(outcome({ ...deny, syscalls: [rule('uretprobe', 'SCMP_ACT_LOG')] }, 'uretprobe')).to.equal('LOG');
    // A kill is softened as well, and who lets pass lets pass.
    expect(outcome({ ...old, defaultAction: 'SCMP_ACT_KILL_PROCESS' }, 'mseal')).to.equal('ERRNO(ENOSYS)');
    for (const defaultAction of ['SCMP_ACT_LOG', 'SCMP_ACT_TRACE'] as const)
      expect(outcome({ ...old, defaultAction }, 'mseal')).not.to.include('ENOSYS');
    // Also named where it is denied: not newer, then.
    expect(outcome({ ...old, syscalls: [...(old.syscalls ?? []), rule('mseal', 'SCMP_ACT_ERRNO')] }, 'mseal')).to.equal('ERRNO(EPERM)');
    // Where nothing is named, nothing is newer.
    expect(outcome(deny, 'mseal')).to.equal('ERRNO(EPERM)');
  });

  it('knows each ABI by its own numbers, and kills for the others', () => {
    const profile: SeccompProfile = {
      ...deny,
      architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_ARM', 'SCMP_ARCH_S390X', 'SCMP_ARCH_MIPS64N32'],
      syscalls: [rule('getpid mseal', 'SCMP_ACT_ALLOW')],
    };
    for (const [abi, nr] of [
      ['SCMP_ARCH_X86_64', 39],
      ['SCMP_ARCH_X86', 20],
      ['SCMP_ARCH_X32', 0x4000_0000 + 39],
      ['SCMP_ARCH_ARM', 20],
      ['SCMP_ARCH_S390X', 20],
      ['SCMP_ARCH_MIPS64N32', 6038],
    ] as const) {
      expect(outcome(profile, nr, [], abi), abi).to.equal('ALLOW');
      expect(outcome(profile, nr + 1, [], abi), abi).to.equal('ERRNO(EPERM)');
      expect(outcome(profile, nr + 900, [], abi), abi).to.equal('ERRNO(ENOSYS)');
    }
    expect(outcome(profile, 0, [], 'SCMP_ARCH_S390X')).to.equal('ERRNO(ENOSYS)');
    expect(outcome(profile, 172, [], 'SCMP_ARCH_AARCH64')).to.equal('KILL_THREAD');
    expect(outcome(deny, 0x4000_0000 + 39)).to.equal('KILL_THREAD');
    expect(outcome(deny, 0xffff_ffff)).to.equal('ERRNO(EPERM)');
    const arm: SeccompProfile = { ...deny, architectures: ['SCMP_ARCH_ARM'], syscalls: [rule('cacheflush read', 'SCMP_ACT_ALLOW')] };
    expect(outcome(arm, 'cacheflush', [], 'SCMP_ARCH_ARM')).to.equal('ALLOW');
    expect(outcome(arm, 'mseal', [], 'SCMP_ARCH_ARM')).to.equal('ERRNO(ENOSYS)');
  });

  it('looks at the low half alone where arguments have 32 bits', () => {
    const profile: SeccompProfile = {
      ...pass,
      architectures: ['SCMP_ARCH_X86'],
      syscalls: [rule('personality', 'SCMP_ACT_ERRNO', [equal(0, 5)])],
    };
    // int 0x80 of a 64-bit program: the kernel takes the low half, whatever is above.
    expect(outcome(profile, 136, [0x7_0000_0005n], 'SCMP_ARCH_X86')).to.equal('ERRNO(EPERM)');
    expect(outcome(profile, 135, [0x7_0000_0005n])).to.equal('ALLOW');
    const beyond = (op: ProfileArg['op']): string =>
      outcome(
        {
          ...pass,
          architectures: ['SCMP_ARCH_X86'],
          syscalls: [rule('personality', 'SCMP_ACT_ERRNO', [{ index: 0, value: 2 ** 40, op }])],
        },
        136,
        [-1],
        'SCMP_ARCH_X86',
      );
    expect([beyond('SCMP_CMP_LT'), beyond('SCMP_CMP_GT')]).to.deep.equal(['ERRNO(EPERM)', 'ALLOW']);
  });

  it('holds for calls by way of socketcall and ipc too', () => {
    const x86 = (profile: SeccompProfile, nr: number, args: readonly (number | bigint)[]): string =>
      outcome({ ...profile, architectures: ['SCMP_ARCH_X86'] }, nr, args, 'SCMP_ARCH_X86');
    const noSockets: SeccompProfile = { ...pass, syscalls: [rule('socket shmget', 'SCMP_ACT_ERRNO')] };
    expect([1, 2].map((call) => x86(noSockets, 102, [call]))).to.deep.equal(['ERRNO(EPERM)', 'ALLOW']);
    // The version in the upper half of ipc's first argument changes nothing.
    expect([23, 0x1_0017, 24].map((call) => x86(noSockets, 117, [call]))).to.deep.equal(['ERRNO(EPERM)', 'ERRNO(EPERM)', 'ALLOW']);
    // Its arguments lie in memory: what forbids some forbids all, what allows some allows none.
    expect(x86({ ...pass, syscalls: [rule('socket', 'SCMP_ACT_ERRNO', [equal(0, 40)])] }, 102, [1])).to.equal('ERRNO(EPERM)');
    expect(x86({ ...deny, syscalls: [rule('socket', 'SCMP_ACT_ALLOW', [equal(0, 1)])] }, 102, [1])).to.equal('ERRNO(EPERM)');
    expect(
      x86({ ...deny, syscalls: [rule('socket', 'SCMP_ACT_ALLOW', [equal(0, 1)]), rule('socketcall', 'SCMP_ACT_ALLOW')] }, 102, [1]),
    ).to.equal('ALLOW');
  });
});
