import { posix } from 'node:path';
import type { CgroupFacts } from './context.js';
import { parseMountinfo } from './mountinfo.js';

const UNIFIED = '/sys/fs/cgroup';

/** A hierarchy of cgroup v1, as the host has it mounted. */
export interface CgroupHierarchy {
  /** Directory below the mount of type cgroup: `memory`, `cpu,cpuacct`, `systemd`. */
  readonly name: string;
  /** What it is made of, as options of its filesystem: `cpu`, `name=systemd`. */
  readonly controllers: readonly string[];
  /** On the host, the container's own cgroup in it. */
  readonly path: string;
}

/** Whether the machine has cgroup v2 alone, mounted where everyone looks for it. */
export function isUnified({ mountinfo }: CgroupFacts): boolean {
  return parseMountinfo(mountinfo).some(({ type, mountPoint }) => type === 'cgroup2' && mountPoint === UNIFIED);
}

/** The cgroup v1 hierarchies of a machine, in the order of their mounts. */
export function cgroupHierarchies({ mountinfo, cgroup }: CgroupFacts): CgroupHierarchy[] {
  const mounts = parseMountinfo(mountinfo).filter(({ type }) => type === 'cgroup');
  const found = cgroup.split('\n').flatMap((line) => {
    // 4:cpu,cpuacct:/user.slice; without controllers it is v2's.
    const [, list = '', ...rest] = line.split(':');
    if (list === '') return [];
    const controllers = list.split(',');
    const order = mounts.findIndex(({ superOptions }) => controllers.every((controller) => superOptions.includes(controller)));
    const mount = mounts[order];
    if (mount === undefined) return [];
    return [
      {
        order,
        name: posix.basename(mount.mountPoint),
        controllers,
        path: posix.join(mount.mountPoint, partOf(mount.root, rest.join(':'))),
      },
    ];
  });
  return found.toSorted((a, b) => a.order - b.order).map(({ name, controllers, path }) => ({ name, controllers, path }));
}

/** A cgroup relative to the one that is mounted. Of one that lies outside, what is mounted is all there is to see. */
function partOf(mounted: string, cgroup: string): string {
  // Of a cgroup above the root of its cgroup namespace the kernel says /..
  if (cgroup.split('/').includes('..')) return '';
  const relative = posix.relative(mounted, cgroup);
  return relative.split('/').includes('..') ? '' : relative;
}

/** Where cgroups are mounted below a path, relative to it. */
export function cgroupsBelow(path: string, { mountinfo }: CgroupFacts): string[] {
  const prefix = path === '/' ? '/' : `${path}/`;
  const points = parseMountinfo(mountinfo)
    .filter(({ type, mountPoint }) => (type === 'cgroup' || type === 'cgroup2') && mountPoint.startsWith(prefix))
    .map(({ mountPoint }) => mountPoint.slice(prefix.length));
  return [...new Set(points)];
}
