import { mountNamespaceMissing } from './errors.js';

/** An entry of `linux.namespaces`. */
export interface NamespaceEntry {
  readonly type: string;
  readonly path?: string | undefined;
}

/** What a container has of its own, as far as mounts care. */
export interface MountNamespaces {
  /** It is in a user namespace other than the machine's first. */
  readonly user?: boolean | undefined;
  /** Its network namespace is a new one. */
  readonly network?: boolean | undefined;
  /** It has a cgroup namespace. */
  readonly cgroup?: boolean | undefined;
}

/** What `linux.namespaces` means for mounts. `inUserNamespace`: whoever runs the runtime is in one already. */
export function mountNamespacesOf(entries: readonly NamespaceEntry[], inUserNamespace = false): MountNamespaces {
  const has = (kind: string): boolean => entries.some(({ type }) => type === kind);
  return {
    user: inUserNamespace || has('user'),
    network: entries.some(({ type, path = '' }) => type === 'network' && path === ''),
    cgroup: has('cgroup'),
  };
}

/** Whether a text of /proc/self/uid_map is that of a user namespace other than the machine's first, which maps every id to itself. */
export function isMappedNamespace(uidMap: string): boolean {
  return uidMap.trim().split(/\s+/).join(' ') !== '0 0 4294967295';
}

/**
 * Refuses a container without a new mount namespace: its mounts would be the host's own.
 *
 * @throws SpecError
 */
export function expectNewMountNamespace(entries: readonly NamespaceEntry[], pointer = '/linux/namespaces'): void {
  if (!entries.some(({ type, path = '' }) => type === 'mount' && path === '')) throw mountNamespaceMissing(pointer);
}
