import type { Assembly } from '@standpipe/kernel';
import { describeFeatures, type Features, type RuntimeSupport } from '@standpipe/oci-spec';
import { type HostFacts, RuntimeFeatures } from '@standpipe/runtime-api';

/** What an assembly without plugins can do. Each answer is "no", not "unknown": what no plugin does is not done. */
const nothing = {
  hooks: false,
  mountOptions: [],
  namespaces: [],
  capabilities: [],
  cgroup: { v1: false, v2: false, systemd: false, systemdUser: false, rdma: false },
  seccomp: false,
  apparmor: false,
  selinux: false,
  intelRdt: false,
  memoryPolicy: false,
  idmap: false,
  netDevices: false,
  annotations: {},
  potentiallyUnsafeConfigAnnotations: [],
} as const satisfies RuntimeSupport;

/** The features document of an assembly: what its plugins say of themselves. Annotations are of the caller's, about itself. */
export function assemblyFeatures(assembly: Assembly, facts: HostFacts, annotations: Readonly<Record<string, string>> = {}): Features {
  const parts = assembly.all(RuntimeFeatures).map((part) => part(facts));
  return describeFeatures([...parts, { annotations }].reduce(add, nothing));
}

/** Where two plugins have a part of the same, both count. */
function add(all: RuntimeSupport, part: RuntimeSupport): RuntimeSupport {
  return {
    ...all,
    ...part,
    cgroup: { ...all.cgroup, ...part.cgroup },
    annotations: { ...all.annotations, ...part.annotations },
    potentiallyUnsafeConfigAnnotations: [
      ...new Set([...(all.potentiallyUnsafeConfigAnnotations ?? []), ...(part.potentiallyUnsafeConfigAnnotations ?? [])]),
    ].toSorted(),
  };
}
