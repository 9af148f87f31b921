import { expect } from 'chai';
import { describe, it } from 'mocha';
import { diffProfiles, explainProfile, parseProfile, type SeccompProfile } from '../src/index.js';

const profile: SeccompProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  architectures: ['SCMP_ARCH_X86'],
  syscalls: [
    { names: ['read', 'mseal'], action: 'SCMP_ACT_ALLOW' },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [
        { index: 0, value: 0x7e020000, op: 'SCMP_CMP_MASKED_EQ' },
        { index: 1, value: 5, op: 'SCMP_CMP_LT' },
      ],
    },
  ],
};
const parsed = parseProfile(profile, { arch: 'x64' });
const outcomeOf = (syscall: string): string | undefined =>
  explainProfile(parsed).find(({ syscalls }) => syscalls.includes(syscall))?.outcome;

describe('explainProfile', () => {
  it('tells what becomes of each call, and when', () => {
    expect(outcomeOf('read')).to.equal('is allowed');
    expect(outcomeOf('write')).to.equal('fails with EPERM');
    expect(outcomeOf('setxattrat')).to.equal('fails with ENOSYS, as newer than the profile');
    expect(outcomeOf('clone')).to.equal('is allowed if (arg0 & 0x7e020000) == 0x0 and arg1 < 0x5; fails with EPERM otherwise');
    expect(outcomeOf('socketcall')).to.equal(undefined);
  });

  it('tells it of other ABIs', () => {
    const calls = explainProfile(parsed, 'SCMP_ARCH_X86').flatMap(({ syscalls }) => syscalls);
    expect(calls).to.include('socketcall').and.to.include('waitpid');
    expect(new Set(explainProfile(parsed, 'SCMP_ARCH_ARM').map(({ outcome }) => outcome))).to.deep.equal(
      new Set(['kills the thread: its ABI is not in the profile']),
    );
  });
});

describe('diffProfiles', () => {
  it('finds calls that mean something else, however it is put', () => {
    expect(diffProfiles(parsed, parseProfile(structuredClone(profile), { arch: 'x64' }))).to.deep.equal([]);
    const split = { ...profile, syscalls: [...(profile.syscalls ?? []).slice(1), { names: ['mseal'], action: 'SCMP_ACT_ALLOW' as const }] };
    expect(diffProfiles(parsed, parseProfile(split, { arch: 'x64' }))).to.deep.equal([
      { syscall: 'read', before: 'is allowed', after: 'fails with EPERM' },
    ]);
  });
});
