import type { SpecIssue } from '@standpipe/errors';
import type { HonouredSpec } from '@standpipe/runtime-api';

/**
 * Parts of config.json that some plugin must put into effect, and the plugin that does in a complete
 * assembly. What the list leaves out is data for other parts (`ociVersion`, `annotations`) or for the bundle.
 */
const parts: readonly (readonly [pointer: string, plugin: string])[] = [
  ['/process', 'process'],
  ['/process/execCPUAffinity', 'cpu-affinity'],
  ['/process/terminal', 'terminal'],
  ['/process/capabilities', 'capabilities'],
  ['/process/apparmorProfile', 'apparmor'],
  ['/process/selinuxLabel', 'selinux'],
  ['/root', 'mounts'],
  ['/mounts', 'mounts'],
  ['/hostname', 'sysctl'],
  ['/domainname', 'sysctl'],
  ['/hooks', 'hooks'],
  ['/linux/namespaces', 'namespaces'],
  ['/linux/uidMappings', 'namespaces'],
  ['/linux/gidMappings', 'namespaces'],
  ['/linux/timeOffsets', 'namespaces'],
  ['/linux/devices', 'devices'],
  ['/linux/netDevices', 'network'],
  ['/linux/cgroupsPath', 'cgroups'],
  ['/linux/resources', 'cgroups'],
  ['/linux/intelRdt', 'rdt'],
  ['/linux/memoryPolicy', 'process'],
  ['/linux/personality', 'process'],
  ['/linux/sysctl', 'sysctl'],
  ['/linux/seccomp', 'seccomp'],
  ['/linux/rootfsPropagation', 'mounts'],
  ['/linux/maskedPaths', 'mounts'],
  ['/linux/readonlyPaths', 'mounts'],
  ['/linux/mountLabel', 'mounts'],
];

/** What the spec asks for and nobody puts into effect. */
export function unhonoured(spec: unknown, honoured: readonly HonouredSpec[]): SpecIssue[] {
  const known = new Set(honoured.flatMap(({ pointers }) => pointers));
  const issues: SpecIssue[] = [];
  for (const [pointer, plugin] of parts) {
    if (known.has(pointer) || isAbsent(askedBy(pointer, valueAt(spec, pointer)))) continue;
    issues.push({ pointer, message: `is not put into effect: this assembly has no plugin for it (${plugin})` });
  }
  return issues;
}

/** What a JSON pointer leads to, if anything. */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const name of pointer.slice(1).split('/')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** A device moves by its name alone, whatever more is said of it. */
function askedBy(pointer: string, value: unknown): unknown {
  return pointer === '/linux/netDevices' && typeof value === 'object' && value !== null ? Object.keys(value) : value;
}

/** Nothing asked for: missing, false, or empty all the way down. */
function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isAbsent);
}
