import { posix } from 'node:path';
import { isOf, memberships } from './detect.js';
import { cgroupsPathInvalid, cgroupsPathOfSystemd } from './errors.js';
import type { CgroupHierarchy, CgroupLayout } from './layout.js';
import { cgroupMounts } from './mountinfo.js';

/** Where a container's cgroup lies in one hierarchy. */
export interface CgroupPlace {
  readonly hierarchy: CgroupHierarchy;
  /** Relative to the mount point: `/ID`. */
  readonly path: string;
  /** The same as an absolute path: `/sys/fs/cgroup/memory/ID`. */
  readonly directory: string;
  /** The part of `path` that is there already: `/`, or the runtime's own cgroup. */
  readonly base: string;
}

export interface PlaceInput {
  /** The container's id: its cgroup's name when the config says none. */
  readonly id: string;
  /** `linux.cgroupsPath`. */
  readonly cgroupsPath?: string | undefined;
}

/** What mkdir(2) takes. */
const MAX_NAME = 255;
const MAX_PATH = 4095;

/**
 * Says where a container's cgroup lies, by the OCI specification and where that leaves a choice as runc does:
 * an absolute `cgroupsPath` is relative to the hierarchy's mount point; a relative one, and without any the id, lies below
 * the runtime's own cgroup, and on v2 beside that one: below a cgroup with processes no controller can be enabled.
 *
 * @throws SpecError `CGROUPS_PATH_INVALID`
 */
export function placeCgroup({ hierarchies }: CgroupLayout, { id, cgroupsPath = '' }: PlaceInput): CgroupPlace[] {
  const wanted = cgroupsPath === '' ? id : checkCgroupsPath(cgroupsPath);
  return hierarchies.map((hierarchy) => {
    const { version, own, mountPoint } = hierarchy;
    const base = wanted.startsWith('/') ? '/' : version === 1 ? own : posix.dirname(own);
    const path = posix.join(base, wanted);
    const directory = posix.join(mountPoint, path);
    if (Buffer.byteLength(directory) > MAX_PATH) throw cgroupsPathInvalid(cgroupsPath, 'is too long');
    return { hierarchy, path, directory, base };
  });
}

/** Whether a `cgroupsPath` names a unit of systemd, and no directory: `slice:prefix:name`. */
export function isScopePath(cgroupsPath = ''): boolean {
  return /^[^/:]*:[^/:]*:[^/:]+$/.test(cgroupsPath);
}

function checkCgroupsPath(path: string): string {
  const names = path.split('/');
  // A "." at the end or a lone "/" would be the cgroup that others are in as well.
  if (names.every((name) => name === '' || name === '.')) throw cgroupsPathInvalid(path, 'names no cgroup of its own');
  if (isScopePath(path)) throw cgroupsPathOfSystemd(path);
  if (names.includes('..')) throw cgroupsPathInvalid(path, 'has ".." in it');
  // oxlint-disable-next-line no-control-regex -- what the kernel refuses in a cgroup's name, and C strings end with
  if (/[\0\n]/.test(path)) throw cgroupsPathInvalid(path, 'has a NUL or a line break in it');
  if (names.some((name) => Buffer.byteLength(name) > MAX_NAME)) throw cgroupsPathInvalid(path, 'has a name of more than 255 bytes in it');
  return posix.normalize(path).replace(/\/$/, '');
}

/** /proc/PID/cgroup of a process in these cgroups, whose parent is where `texts` were read. */
export function procCgroupOf(places: readonly CgroupPlace[], texts: { readonly mountinfo: string; readonly selfCgroup: string }): string {
  const mounts = cgroupMounts(texts.mountinfo);
  return memberships(texts.selfCgroup)
    .map(({ id, controllers, path }) => {
      const place = places.find(({ hierarchy }) =>
        controllers.length === 0 ? hierarchy.version === 2 : hierarchy.version === 1 && hierarchy.controllers.join() === controllers.join(),
      );
      const mount = mounts.find((one) => isOf(one, controllers) && one.mountPoint === place?.hierarchy.mountPoint);
      const now = place === undefined || mount === undefined ? path : posix.join(mount.root, place.path);
      return `${id}:${controllers.join()}:${now}\n`;
    })
    .join('');
}
