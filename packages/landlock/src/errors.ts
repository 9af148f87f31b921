import { NotSupportedError, SpecError, type SpecIssue } from '@standpipe/errors';
import { kernelOfAbi } from './access.js';

export function invalidPolicy(issues: readonly SpecIssue[]): SpecError {
  return new SpecError('the Landlock policy is not well-formed', { issues });
}

export function noLandlock(): NotSupportedError {
  return new NotSupportedError('this kernel has no Landlock, and the policy could not be enforced', {
    feature: 'Landlock',
    hint: 'it takes a kernel of 5.13 or newer with CONFIG_SECURITY_LANDLOCK, and landlock among the modules of lsm= on its command line',
  });
}

export function notEnforceable(issues: readonly SpecIssue[]): SpecError {
  return new SpecError('this kernel can enforce the Landlock policy in part only', {
    code: 'LANDLOCK_IN_PART',
    issues,
    hint: 'use a newer kernel, or accept the rest by leaving strict out',
  });
}

/** What a part of a policy needs, in words. */
export function needsAbi(pointer: string, what: string, needed: number, abi: number): SpecIssue {
  return {
    pointer,
    message: `${what} can't be restricted here: that takes Landlock ABI ${String(needed)} (kernel ${kernelOfAbi[needed] ?? 'newer'}), and this kernel has ${String(abi)}`,
  };
}
