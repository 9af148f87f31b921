import type { IdmapSource } from './idmap.js';
import type { MountOptions } from './options.js';

/** A range of ids of a mapping: as a mount's config has it. */
export interface MountIdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** A mount as `mounts` of config.json declares it. */
export interface Mount {
  /** Path in the root. A relative one begins at the root too. */
  readonly destination: string;
  /** Filesystem; not for binds. */
  readonly type?: string | undefined;
  /** What is bound, absolute or relative to the bundle; a device, or just a name, for filesystems. */
  readonly source?: string | undefined;
  readonly options?: readonly string[] | undefined;
  readonly uidMappings?: readonly MountIdMapping[] | undefined;
  readonly gidMappings?: readonly MountIdMapping[] | undefined;
}

/** A mount that was checked. */
export interface MountIntent {
  readonly kind: 'filesystem' | 'bind' | 'remount' | 'cgroup';
  /** Absolute, without `.`, `..` or doubled slashes. */
  readonly destination: string;
  readonly type: string;
  /** Absolute for binds; empty when the config has none. */
  readonly source: string;
  readonly options: MountOptions;
  /** Where its ids are mapped by. */
  readonly idmap?: IdmapSource | undefined;
  /** Where it lies in the config: `/mounts/3`. */
  readonly pointer: string;
}

/** `mount "proc" on "/proc"`, `bind "/etc/hosts" on "/etc/hosts"`: how the sentences of its ops begin. */
export function describeMount({ kind, type, source, destination }: MountIntent): string {
  const on = `on ${JSON.stringify(destination)}`;
  if (kind === 'bind') return `bind ${JSON.stringify(source)} ${on}`;
  if (kind === 'remount') return `remount ${JSON.stringify(destination)}`;
  return `mount ${JSON.stringify(type)} ${on}`;
}
