import type { Probe } from '@standpipe/program';
import type { HostFacts } from '@standpipe/runtime-api';

const group = 'security';

/** Filters of system calls and security modules of the kernel, whichever plugins use them. */
export function probeSecurity(facts: HostFacts): Probe[] {
  return [seccomp(facts), ...labels(facts), landlock(facts)];
}

function seccomp(facts: HostFacts): Probe {
  const actions = facts.readText('/proc/sys/kernel/seccomp/actions_avail')?.trim().split(/\s+/);
  const what = 'filters of system calls (seccomp)';
  if (actions === undefined) return { group, what, outcome: 'no', fix: 'needs Linux 4.14 or newer with CONFIG_SECCOMP_FILTER' };
  if (!actions.includes('user_notif')) {
    return { group, what: `${what}, with a supervisor that is asked`, outcome: 'no', fix: 'needs Linux 5.0 or newer' };
  }
  return { group, what: `${what}: ${actions.join(', ')}`, outcome: 'yes' };
}

/** Modules that label processes, and a file that each shows where securityfs is not mounted. */
const labelling = [
  ['apparmor', 'AppArmor profiles', '/sys/module/apparmor/parameters/enabled'],
  ['selinux', 'SELinux labels', '/sys/fs/selinux/enforce'],
] as const;

function labels(facts: HostFacts): Probe[] {
  const on = facts.readText('/sys/kernel/security/lsm')?.trim().split(',');
  return labelling.map(([name, what, file]): Probe => {
    const own = facts.readText(file);
    if (on === undefined ? own !== undefined && !own.startsWith('N') : on.includes(name)) return { group, what, outcome: 'yes' };
    const fix = `boot with ${name}=1 security=${name}, on a kernel that is built with it`;
    return { group, what, outcome: 'no', found: 'it is off', fix };
  });
}

function landlock(facts: HostFacts): Probe {
  const abi = facts.landlockAbi();
  const what = 'processes that confine themselves (Landlock)';
  if (abi > 0) return { group, what: `${what}: version ${String(abi)}`, outcome: 'yes' };
  const fix = 'needs Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK, and landlock in lsm= of its boot line';
  return { group, what, outcome: 'no', found: 'it is off', fix };
}
