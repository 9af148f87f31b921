import type { Finding, Severity } from '../finding.js';
import { isHosts, type NamespaceType, type Subject } from '../subject.js';

const kinds: Readonly<Partial<Record<NamespaceType, { severity: Severity; message: string }>>> = {
  mount: { severity: 'critical', message: "it shares the host's mounts: what it mounts and unmounts, the host does" },
  pid: { severity: 'high', message: "it sees the host's processes, and can signal those of its user" },
  network: { severity: 'high', message: "it has the host's network: its interfaces, its localhost, and its abstract sockets" },
  ipc: { severity: 'medium', message: "it shares the host's message queues, semaphores and shared memory" },
  uts: { severity: 'low', message: "it has the host's name, and with CAP_SYS_ADMIN can change it" },
  cgroup: { severity: 'low', message: 'it sees where in the cgroup tree of the host it is' },
};

export function checkNamespaces({ spec, isOwn, mapped }: Subject): Finding[] {
  const listed = spec.linux?.namespaces ?? [];
  const findings: Finding[] = Object.entries(kinds).flatMap(([type, { severity, message }]) => {
    if (isOwn(type as NamespaceType)) return [];
    const at = listed.findIndex((namespace) => namespace.type === type);
    const named = at >= 0 && isHosts(listed[at]?.path);
    return [
      {
        id: `namespaces.${type}`,
        severity,
        pointer: named ? `/linux/namespaces/${String(at)}/path` : '/linux/namespaces',
        message,
        fix: named ? 'leave the path out, for a new one' : `add { "type": "${type}" }`,
      },
    ];
  });
  if (!mapped && spec.process?.user.uid === 0)
    findings.push({
      id: 'namespaces.user',
      severity: 'medium',
      pointer: '/linux/namespaces',
      message: 'its root is the root of the host: whatever gets out has all rights there',
      fix: 'add { "type": "user" } with uidMappings and gidMappings, or run as another user',
    });
  return findings;
}
