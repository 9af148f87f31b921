import { dirname, join } from 'node:path';
import { invalidCgroupPath } from './errors.js';
import type { CgroupHierarchy, CgroupLayout, CgroupVersion } from './layout.js';

/** A cgroup's directory in one hierarchy. */
export interface CgroupDirectory {
  readonly version: CgroupVersion;
  /** The controllers of the hierarchy. */
  readonly controllers: readonly string[];
  /** `/sys/fs/cgroup/memory` */
  readonly mountPoint: string;
  /** `/sys/fs/cgroup/memory/app` */
  readonly path: string;
}

/**
 * Where a cgroup is, or would be, in a hierarchy. A path that begins with `/` starts at the mount point. Any other lies below this
 * process's own cgroup, and on v2 beside it: below a cgroup that holds processes no controller can be enabled.
 */
export function directoryIn(hierarchy: CgroupHierarchy, cgroup: string): CgroupDirectory {
  const { version, controllers, mountPoint, own } = hierarchy;
  const names = namesOf(cgroup);
  const start = cgroup.startsWith('/') ? '/' : version === 1 ? own : dirname(own);
  return { version, controllers, mountPoint, path: join(mountPoint, start, ...names) };
}

/** The hierarchy that a directory is in, and its place there. */
export function directoryAt({ hierarchies }: CgroupLayout, path: string): CgroupDirectory {
  const names = namesOf(path);
  const whole = `/${names.join('/')}`;
  const found = hierarchies
    .filter(({ mountPoint }) => path.startsWith('/') && (whole === mountPoint || whole.startsWith(`${mountPoint}/`)))
    .sort((a, b) => b.mountPoint.length - a.mountPoint.length)[0];
  if (found === undefined) throw invalidCgroupPath(path, 'no cgroup hierarchy is mounted there');
  return { version: found.version, controllers: found.controllers, mountPoint: found.mountPoint, path: whole };
}

/** The directory whose hierarchy has a controller; failing that the v2 one: it has some of the files with no controller at all. */
export function directoryOf(directories: readonly CgroupDirectory[], controller: string): CgroupDirectory | undefined {
  return directories.find(({ controllers }) => controllers.includes(controller)) ?? unified(directories);
}

/** The v2 directory. */
export function unified(directories: readonly CgroupDirectory[]): CgroupDirectory | undefined {
  return directories.find(({ version }) => version === 2);
}

function namesOf(path: string): string[] {
  if (path.includes('\0') || path.includes('\n')) throw invalidCgroupPath(path, 'it holds a NUL or a line break');
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) throw invalidCgroupPath(path, 'it holds ".."');
  return names;
}
