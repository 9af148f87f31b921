import type { Finding, Severity } from '../finding.js';
import type { Subject } from '../subject.js';

/** System calls that containers seldom need, and holes were often behind. */
const risky: readonly { names: readonly string[]; severity: Severity; message: string; capability?: string }[] = [
  {
    names: ['init_module', 'finit_module', 'delete_module', 'kexec_load', 'kexec_file_load'],
    severity: 'high',
    message: 'modules and other kernels',
  },
  { names: ['bpf', 'perf_event_open'], severity: 'medium', message: 'BPF and performance events' },
  { names: ['io_uring_setup'], severity: 'medium', message: 'io_uring, which does what filters never see' },
  { names: ['userfaultfd'], severity: 'medium', message: 'userfaultfd, which makes races in the kernel easy to win' },
  { names: ['keyctl', 'add_key', 'request_key'], severity: 'low', message: "the kernel's keyrings, which are not kept for each container" },
  { names: ['mount', 'move_mount', 'fsopen', 'open_tree', 'pivot_root', 'umount2'], severity: 'low', message: 'mounting' },
  { names: ['unshare', 'setns', 'clone3'], severity: 'low', message: 'new namespaces, in which more of the kernel can be reached' },
  { names: ['ptrace', 'process_vm_readv', 'process_vm_writev'], severity: 'low', message: "other processes' memory" },
  { names: ['open_by_handle_at'], severity: 'low', message: 'files by handle' },
];

const allows = new Set(['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG']);

export function checkSyscalls({ spec }: Subject): Finding[] {
  const seccomp = spec.linux?.seccomp;
  if (seccomp === undefined)
    return [
      {
        id: 'seccomp.none',
        severity: 'high',
        pointer: '/linux/seccomp',
        message: 'it may make every system call: all of the kernel is within reach',
        fix: 'add a profile that allows what is usual, such as the one that Docker has by default',
      },
    ];
  const open = allows.has(seccomp.defaultAction);
  const findings: Finding[] = open
    ? [
        {
          id: 'seccomp.default-allow',
          severity: 'medium',
          pointer: '/linux/seccomp/defaultAction',
          message: 'what the profile does not know is allowed, and so is every system call to come',
          fix: 'allow by list, with SCMP_ACT_ERRNO as the default',
        },
      ]
    : [];
  const rules = seccomp.syscalls ?? [];
  for (const { names, severity, message } of risky) {
    const within = names.flatMap((name) => {
      const at = rules.findIndex((rule) => rule.names.includes(name) && (rule.args ?? []).length === 0);
      const allowed = at >= 0 ? allows.has(rules[at]?.action ?? '') : open;
      return allowed ? [{ name, pointer: at >= 0 ? `/linux/seccomp/syscalls/${String(at)}` : '/linux/seccomp/defaultAction' }] : [];
    });
    const [first] = within;
    if (first === undefined) continue;
    findings.push({
      id: `seccomp.${first.name.replaceAll('_', '-')}`,
      severity,
      pointer: first.pointer,
      message: `its filter lets through ${within.map(({ name }) => name).join(', ')}: ${message}`,
      fix: 'leave them out of what is allowed',
    });
  }
  return findings;
}
