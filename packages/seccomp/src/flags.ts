import { type LinuxSeccompFlag, seccompFlags } from '@standpipe/oci-spec';

/** What `linux.seccomp.flags` may name. @man seccomp(2) */
export const flags = seccompFlags;
export type Flag = LinuxSeccompFlag;

export const FILTER_FLAG = { TSYNC: 1, LOG: 2, SPEC_ALLOW: 4, NEW_LISTENER: 8, TSYNC_ESRCH: 16, WAIT_KILLABLE_RECV: 32 } as const;

export function flagBit(flag: Flag): number {
  return FILTER_FLAG[flag.slice('SECCOMP_FILTER_FLAG_'.length) as keyof typeof FILTER_FLAG];
}

export function flagBits(names: readonly Flag[], report: (i: number, message: string, expected: string) => void): number {
  let bits = 0;
  for (const [i, name] of names.entries()) {
    if (flags.includes(name)) bits |= flagBit(name);
    else report(i, `${JSON.stringify(name)} is no flag of seccomp(2)`, `one of ${flags.join(', ')}`);
  }
  return bits;
}
