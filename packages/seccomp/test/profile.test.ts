import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseProfile, type SeccompProfile } from '../src/index.js';

function issuesOf(profile: unknown, pointer = ''): string[] {
  try {
    parseProfile(profile as SeccompProfile, { pointer });
  } catch (error) {
    if (SpecError.is(error)) return error.issues.map((issue) => `${issue.pointer}: ${issue.message}`);
    throw error;
  }
  return [];
}

describe('parseProfile', () => {
  it('finds all that is wrong, at once', () => {
    expect(
      issuesOf({
        defaultAction: 'SCMP_ACT_ALOW',
        defaultErrnoRet: 1,
        architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_VAX'],
        flags: ['SECCOMP_FILTER_FLAG_NEW_LISTENER'],
        syscalls: [
          { names: [], action: 'SCMP_ACT_ALLOW', errnoRet: 3 },
          { names: ['read'], action: 'SCMP_ACT_ERRNO', errnoRet: 70000 },
          {
            names: ['read'],
            action: 'SCMP_ACT_ALLOW',
            args: [
              { index: 6, value: 0, op: 'SCMP_CMP_EQ' },
              { index: 0, value: 2 ** 60, op: 'SCMP_CMP_EQ' },
              { index: 0, value: 0, op: 'SCMP_CMP_ALMOST' },
              { index: 0, value: 2n ** 64n, op: 'SCMP_CMP_EQ' },
            ],
          },
        ],
      }),
    ).to.deep.equal([
      '/defaultAction: "SCMP_ACT_ALOW" is no action',
      '/syscalls/0/names: names no system call',
      '/syscalls/0/errnoRet: SCMP_ACT_ALLOW returns no errno',
      "/syscalls/1/errnoRet: 70000 doesn't fit into 16 bits",
      '/syscalls/2/args/0: 6 is no argument of a system call',
      '/syscalls/2/args/1: a value is not exact, or has more than 64 bits',
      '/syscalls/2/args/2: "SCMP_CMP_ALMOST" is no comparison',
      '/syscalls/2/args/3: a value is not exact, or has more than 64 bits',
      '/architectures/1: "SCMP_ARCH_VAX" is no architecture that is known here',
      '/flags/0: "SECCOMP_FILTER_FLAG_NEW_LISTENER" is no flag of seccomp(2)',
    ]);
  });

  it('warns of names that are no calls, and says what that means', () => {
    const { warnings } = parseProfile({
      defaultAction: 'SCMP_ACT_LOG',
      syscalls: [
        { names: ['read', 'rad', 'wrote'], action: 'SCMP_ACT_ERRNO' },
        { names: ['opn'], action: 'SCMP_ACT_ALLOW' },
        // Known to other machines.
        { names: ['s390_runtime_instr', 'breakpoint', 'riscv_flush_icache', '_llseek'], action: 'SCMP_ACT_ALLOW' },
      ],
    });
    expect(warnings.map(({ pointer, message }) => `${pointer}: ${message}`)).to.deep.equal([
      '/linux/seccomp/syscalls/0/names: rad, wrote: no system call that is known here; it is not restricted, if the kernel has it',
      '/linux/seccomp/syscalls/1/names: opn: no system call that is known here; the rule matches nothing',
    ]);
  });

  it('filters the own ABI of the machine whether it is named or not, and each once', () => {
    const abis = (architectures: SeccompProfile['architectures']): string[] =>
      parseProfile({ defaultAction: 'SCMP_ACT_ALLOW', architectures }, { arch: 'arm64' }).abis.map(({ name }) => name);
    expect(abis(undefined)).to.deep.equal(['SCMP_ARCH_AARCH64']);
    expect(abis(['SCMP_ARCH_ARM', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'])).to.deep.equal(['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']);
  });
});
