import { type Finding, milder, type Severity } from '../finding.js';
import type { Subject } from '../subject.js';

interface Risk {
  readonly severity: Severity;
  readonly message: string;
  /** Kept in check by a user namespace: it counts for what the container owns. */
  readonly namespaced?: true;
}

/** @man capabilities(7) */
const risks: Readonly<Record<string, Risk>> = {
  CAP_SYS_ADMIN: {
    severity: 'critical',
    message: 'it may mount, enter namespaces, and much more: most ways out begin here',
    namespaced: true,
  },
  CAP_SYS_MODULE: { severity: 'critical', message: 'it may load code into the kernel' },
  CAP_SYS_RAWIO: { severity: 'critical', message: 'it may reach memory and io ports of the machine' },
  CAP_SYS_PTRACE: { severity: 'high', message: 'it may read and change every process that it sees', namespaced: true },
  CAP_DAC_READ_SEARCH: {
    severity: 'high',
    message: 'it may open files of the host by handle, past its own root (open_by_handle_at)',
    namespaced: true,
  },
  CAP_SYS_BOOT: { severity: 'high', message: 'it may reboot the machine, and load another kernel', namespaced: true },
  CAP_BPF: { severity: 'high', message: 'it may load BPF programs', namespaced: true },
  CAP_PERFMON: { severity: 'high', message: "it may trace the kernel and others' processes", namespaced: true },
  CAP_SYS_TIME: { severity: 'medium', message: 'it may set the clock of the host' },
  CAP_SYSLOG: { severity: 'medium', message: "it may read the kernel's log, with addresses of the kernel in it" },
  CAP_NET_ADMIN: {
    severity: 'medium',
    message: 'it may configure networks, and so load modules and reach much of the kernel',
    namespaced: true,
  },
  CAP_MAC_ADMIN: { severity: 'high', message: 'it may change the policy of AppArmor or Smack' },
  CAP_MAC_OVERRIDE: { severity: 'high', message: 'mandatory access control does not count for it' },
  CAP_AUDIT_CONTROL: { severity: 'medium', message: 'it may switch auditing off' },
  CAP_SYS_RESOURCE: { severity: 'medium', message: 'it may go beyond limits and quotas' },
  CAP_SYS_TTY_CONFIG: { severity: 'low', message: 'it may hang up terminals' },
  CAP_LINUX_IMMUTABLE: { severity: 'low', message: 'it may make files that root can not change' },
  CAP_MKNOD: { severity: 'low', message: 'it may make device nodes, which device rules alone keep from being used' },
  CAP_NET_RAW: { severity: 'low', message: 'it may forge packets on the networks that it has', namespaced: true },
  CAP_SYS_CHROOT: { severity: 'low', message: 'it may change its root', namespaced: true },
  CAP_CHECKPOINT_RESTORE: { severity: 'medium', message: 'it may restore processes with pids of its choice', namespaced: true },
};

export function checkCapabilities({ spec, capabilities, has, mapped, isOwn }: Subject): Finding[] {
  if (capabilities === undefined)
    return [
      {
        id: 'capabilities.unset',
        severity: mapped ? 'medium' : 'critical',
        pointer: '/process/capabilities',
        message: 'no capabilities are listed, so that it keeps all that the runtime has',
        fix: 'list those that the command needs, in bounding, permitted and effective; often none',
      },
    ];
  const findings = Object.entries(risks).flatMap(([name, { severity, message, namespaced }]): Finding[] => {
    if (!has(name)) return [];
    // In a user namespace of its own it counts for nothing outside, but for what the kernel lets a root of any namespace reach.
    const own = mapped && namespaced === true ? milder(severity, 2) : mapped ? 'low' : severity;
    const isWorse = name === 'CAP_NET_RAW' && !isOwn('network');
    return [
      {
        id: `capabilities.${name.slice('CAP_'.length).toLowerCase().replaceAll('_', '-')}`,
        severity: isWorse ? 'medium' : own,
        pointer: pointerTo(spec, name),
        message: `${name}: ${message}`,
        fix: `take ${name} out of all sets`,
      },
    ];
  });
  const inheritable = spec.process?.capabilities?.inheritable ?? [];
  if (inheritable.length > 0)
    findings.push({
      id: 'capabilities.inheritable',
      severity: 'low',
      pointer: '/process/capabilities/inheritable',
      message: 'programs with inheritable file capabilities raise more than they would on a host (CVE-2022-29162)',
      fix: 'leave the set empty',
    });
  return findings;
}

function pointerTo({ process }: Subject['spec'], name: string): string {
  const sets = process?.capabilities ?? {};
  for (const set of ['effective', 'permitted', 'ambient', 'inheritable', 'bounding'] as const) {
    const at = sets[set]?.indexOf(name) ?? -1;
    if (at >= 0) return `/process/capabilities/${set}/${String(at)}`;
  }
  return '/process/capabilities';
}
