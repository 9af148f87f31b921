import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { CgroupHierarchy, CgroupLayout } from './layout.js';
import { type CgroupMount, cgroupMounts } from './mountinfo.js';

/** What a machine says of its cgroups. */
export interface CgroupTexts {
  /** /proc/self/mountinfo */
  readonly mountinfo: string;
  /** /proc/self/cgroup */
  readonly selfCgroup: string;
  /** Content of a small file, or undefined when it can't be read. Asked for the v2 root's cgroup.controllers. */
  readonly read: (path: string) => string | undefined;
}

/**
 * Tells which hierarchies a machine has by what is mounted: v1, v2, or both. A hierarchy that is mounted nowhere is
 * left out, though the process is in it; of one that is mounted more than once, the first mount that shows the own cgroup counts.
 *
 * @man cgroups(7)
 */
export function detectCgroups({ mountinfo, selfCgroup, read }: CgroupTexts): CgroupLayout {
  const mounts = cgroupMounts(mountinfo);
  const found = memberships(selfCgroup).flatMap(({ controllers, path }): { order: number; hierarchy: CgroupHierarchy }[] => {
    const version = controllers.length === 0 ? 2 : 1;
    const candidates = mounts.filter((mount) => isOf(mount, controllers));
    const mount = candidates.find(({ root }) => isBelow(root, path)) ?? candidates[0];
    if (mount === undefined) return [];
    const { mountPoint } = mount;
    const offered = version === 1 ? controllers : (read(posix.join(mountPoint, 'cgroup.controllers')) ?? '').split(/\s+/).filter(Boolean);
    return [{ order: mounts.indexOf(mount), hierarchy: { version, mountPoint, controllers: offered, own: partOf(mount.root, path) } }];
  });
  return { hierarchies: found.toSorted((a, b) => a.order - b.order).map(({ hierarchy }) => hierarchy) };
}

/** The hierarchies of this machine, as this process sees them. */
export function readCgroupLayout(): CgroupLayout {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  };
  return detectCgroups({ mountinfo: read('/proc/self/mountinfo') ?? '', selfCgroup: read('/proc/self/cgroup') ?? '', read });
}

/** A line of /proc/PID/cgroup: `4:cpu,cpuacct:/user.slice`; without controllers it is v2's. */
export interface Membership {
  readonly id: string;
  readonly controllers: readonly string[];
  readonly path: string;
}

/** What /proc/PID/cgroup says. @man cgroups(7) */
export function memberships(text: string): Membership[] {
  return text.split('\n').flatMap((line) => {
    const [, id = '', list = '', path = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    return path === '' ? [] : [{ id, controllers: list === '' ? [] : list.split(','), path }];
  });
}

/** Whether a mount shows the hierarchy of these controllers. */
export function isOf(mount: CgroupMount, controllers: readonly string[]): boolean {
  if (controllers.length === 0) return mount.type === 'cgroup2';
  return mount.type === 'cgroup' && controllers.every((controller) => mount.options.includes(controller));
}

function isBelow(root: string, path: string): boolean {
  return root === '/' || path === root || path.startsWith(`${root}/`);
}

/** A cgroup relative to the one that is mounted. Of one that lies outside, what is mounted is all there is to see. */
function partOf(root: string, path: string): string {
  // Of a cgroup above the root of its cgroup namespace the kernel says /..
  if (path.split('/').includes('..') || !isBelow(root, path)) return '/';
  return posix.join('/', posix.relative(root, path));
}
