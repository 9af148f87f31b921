import type { LinuxNamespace, Spec } from '@standpipe/oci-spec';

export type NamespaceType = LinuxNamespace['type'];

/** A config as the checks look at it. */
export interface Subject {
  readonly spec: Spec;
  /** Root inside is nobody outside. */
  readonly mapped: boolean;
  /** Has a namespace of the kind that is not the host's: a new one, or one joined elsewhere than at the host's own processes. */
  readonly isOwn: (type: NamespaceType) => boolean;
  /** What the process, or a setuid program that it starts, can have. Undefined: everything that root has. */
  readonly capabilities: ReadonlySet<string> | undefined;
  readonly has: (capability: string) => boolean;
}

export function subjectOf(spec: Spec): Subject {
  const namespaces = spec.linux?.namespaces ?? [];
  const isOwn = (type: NamespaceType): boolean => namespaces.some((namespace) => namespace.type === type && !isHosts(namespace.path));
  const capabilities = capabilitiesOf(spec);
  return { spec, mapped: isOwn('user'), isOwn, capabilities, has: (capability) => capabilities?.has(capability) ?? true };
}

/** Of the host's first process, or of who runs the runtime. */
export function isHosts(path: string | undefined): boolean {
  return path !== undefined && /^\/proc\/(1|self|thread-self)\/ns\//.test(path);
}

function capabilitiesOf({ process }: Spec): ReadonlySet<string> | undefined {
  const sets = process?.capabilities;
  if (sets === undefined) return undefined;
  const { bounding = [], effective = [], permitted = [], inheritable = [], ambient = [] } = sets;
  // With no_new_privs what is only in the bounding set stays out of reach.
  const reachable = process?.noNewPrivileges === true ? [] : bounding;
  return new Set([...reachable, ...effective, ...permitted, ...inheritable, ...ambient]);
}
