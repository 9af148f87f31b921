import { readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { LOADED, SELINUX_MAGIC, SELINUXFS } from './constants.js';

/** Whether the kernel runs SELinux, with a policy. */
export function isSelinuxEnabled(): boolean {
  try {
    return statfsSync(LOADED).type >>> 0 === SELINUX_MAGIC;
  } catch {
    return false;
  }
}

/** Whether it denies; it may run and only log. */
export function isEnforcing(): boolean {
  return isSelinuxEnabled() && read(`${SELINUXFS}/enforce`) === '1';
}

/** The label of a process. Undefined when it is gone, or SELinux doesn't run. */
export function labelOf(pid: number | 'self'): string | undefined {
  return isSelinuxEnabled() ? read(`/proc/${String(pid)}/attr/current`) : undefined;
}

/** Whether the policy that is loaded knows what the label says. True where SELinux doesn't run: nobody is there to say no. */
export function isLabelValid(label: string): boolean {
  if (!isSelinuxEnabled()) return true;
  try {
    writeFileSync(`${SELINUXFS}/context`, label, { flag: 'r+' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return false;
    throw error;
  }
}

/** Files of the kernel end in a NUL, a newline or neither. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/[\0\n]+$/, '');
  } catch {
    return undefined;
  }
}

/**
 * Whether the policy that is loaded knows no permission for a change of label with no_new_privs, so that execve(2) fails with EPERM unless the
 * new type is bounded by the old one. False where SELinux doesn't run.
 */
export function lacksNnpTransition(readText: (path: string) => string | undefined = read): boolean {
  return readText(`${SELINUXFS}/policy_capabilities/nnp_nosuid_transition`)?.trim() === '0';
}
