import { CLONE } from '@standpipe/syscalls';

/** The eight kinds of namespace, by the OCI specification's names. */
export type NamespaceKind = 'cgroup' | 'ipc' | 'mount' | 'network' | 'pid' | 'time' | 'user' | 'uts';

/** What the kernel calls a kind: its clone flag, its file below /proc/PID/ns, the kernel that brought it. */
export interface NamespaceFacts {
  readonly flag: number;
  readonly file: string;
  readonly sinceKernel: string;
}

/** @man namespaces(7) */
export const namespaceFacts: Readonly<Record<NamespaceKind, NamespaceFacts>> = {
  cgroup: { flag: CLONE.NEWCGROUP, file: 'cgroup', sinceKernel: '4.6' },
  ipc: { flag: CLONE.NEWIPC, file: 'ipc', sinceKernel: '2.6.19' },
  mount: { flag: CLONE.NEWNS, file: 'mnt', sinceKernel: '2.4.19' },
  network: { flag: CLONE.NEWNET, file: 'net', sinceKernel: '2.6.24' },
  pid: { flag: CLONE.NEWPID, file: 'pid', sinceKernel: '2.6.24' },
  time: { flag: CLONE.NEWTIME, file: 'time', sinceKernel: '5.6' },
  user: { flag: CLONE.NEWUSER, file: 'user', sinceKernel: '3.8' },
  uts: { flag: CLONE.NEWUTS, file: 'uts', sinceKernel: '2.6.19' },
};

export const namespaceKinds = Object.keys(namespaceFacts) as readonly NamespaceKind[];

/**
 * The order in which namespaces are joined: the mount namespace last, for then paths mean something
 * else. The user namespace has rules of its own.
 */
export const joinOrder: readonly NamespaceKind[] = ['ipc', 'uts', 'network', 'cgroup', 'time', 'pid', 'mount'];

/** "a new network namespace", "new ipc and uts namespaces": how sentences speak of kinds. */
export function describeKinds(kinds: readonly NamespaceKind[]): string {
  const last = kinds.at(-1);
  if (last === undefined) return 'no new namespaces';
  return kinds.length === 1 ? `a new ${last} namespace` : `new ${kinds.slice(0, -1).join(', ')} and ${last} namespaces`;
}
