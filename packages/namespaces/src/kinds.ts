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
  cgroup: { flag: 0x02000000, file: 'cgroup', sinceKernel: '4.6' },
  ipc: { flag: 0x08000000, file: 'ipc', sinceKernel: '2.6.19' },
  mount: { flag: 0x00020000, file: 'mnt', sinceKernel: '2.4.19' },
  network: { flag: 0x40000000, file: 'net', sinceKernel: '2.6.24' },
  pid: { flag: 0x20000000, file: 'pid', sinceKernel: '2.6.24' },
  time: { flag: 0x00000080, file: 'time', sinceKernel: '5.6' },
  user: { flag: 0x10000000, file: 'user', sinceKernel: '3.8' },
  uts: { flag: 0x04000000, file: 'uts', sinceKernel: '2.6.19' },
};

export const namespaceKinds = Object.keys(namespaceFacts) as readonly NamespaceKind[];

/**
 * The order in which namespaces are joined: the mount namespace last, for then paths mean something
 * else. The user namespace has rules of its own.
 */
export const joinOrder: readonly NamespaceKind[] = ['ipc', 'uts', 'network', 'cgroup', 'time', 'pid', 'mount'];

/** clone3's other flags. @man clone3(2) */
export const CLONE_PIDFD = 0x1000;
export const CLONE_PARENT = 0x8000;
/** @kernel 5.7 */
export const CLONE_INTO_CGROUP = 0x200000000n;

/** "a new network namespace": how sentences speak of kinds. */
export function describeKinds(kinds: readonly NamespaceKind[]): string {
  if (kinds.length === 0) return 'no new namespaces';
  const list = kinds.length === 1 ? String(kinds[0]) : `${kinds.slice(0, -1).join(', ')} and ${String(kinds.at(-1))}`;
  return `new ${list} namespace${kinds.length === 1 ? '' : 's'}`;
}
