/** The version of a cgroup hierarchy. */
export type CgroupVersion = 1 | 2;

/** A hierarchy of this machine, as it is mounted. */
export interface CgroupHierarchy {
  readonly version: CgroupVersion;
  /** Where it is mounted: `/sys/fs/cgroup/memory`, `/sys/fs/cgroup`. */
  readonly mountPoint: string;
  /** v1: the controllers attached to it, `name=systemd` included. v2: those in the root's cgroup.controllers. */
  readonly controllers: readonly string[];
  /** The cgroup that this process is in, relative to the mount point: `/`, `/user.slice`. */
  readonly own: string;
}

/** The hierarchies of a machine. At most one of them is v2; on a hybrid machine it has few controllers or none. */
export interface CgroupLayout {
  readonly hierarchies: readonly CgroupHierarchy[];
}

/** Which version a controller is on, here; undefined where it isn't at all. */
export function versionOf({ hierarchies }: CgroupLayout, controller: string): CgroupVersion | undefined {
  return hierarchies.find(({ controllers }) => controllers.includes(controller))?.version;
}

/** Which version limits devices. They are v1's controller where that is mounted, and otherwise an eBPF program's business, which needs no controller. */
export function deviceVersionOf(layout: CgroupLayout): CgroupVersion | undefined {
  return versionOf(layout, 'devices') ?? (layout.hierarchies.some(({ version }) => version === 2) ? 2 : undefined);
}
