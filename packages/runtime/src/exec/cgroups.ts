import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { type CgroupLayout, directoryAt, readCgroupLayout } from '@standpipe/cgroups';
import { type ContainerState, isInUserNamespace } from '@standpipe/state';
import { isOurs } from '../own-cgroups.js';

/**
 * The cgroups that a further process of a container goes to: the container's. On v2 that is no place for processes once
 * its first process has moved itself to one below and given that controllers, or it may be gone, where that one moved away
 * altogether: then it is the one that the first process is in, as under runc.
 */
export function cgroupsOf({ pid, cgroups }: ContainerState, { subCgroups }: { readonly subCgroups: boolean }): string[] {
  // An ordinary user, root of a user namespace or not, has none but those that are delegated: the others are on record, and were never made.
  if (process.geteuid?.() !== 0 || isInUserNamespace()) return cgroups.filter(isOurs);
  const layout = readCgroupLayout();
  return cgroups.map((path) => {
    if (subCgroups || directoryAt(layout, path).version === 1 || takesProcesses(path)) return path;
    return cgroupOf(pid, layout) ?? path;
  });
}

/** @man cgroups(7), "no internal processes" rule */
function takesProcesses(path: string): boolean {
  const type = read(posix.join(path, 'cgroup.type'))?.trim();
  return type === 'domain' && read(posix.join(path, 'cgroup.subtree_control'))?.trim() === '';
}

function cgroupOf(pid: number, { hierarchies }: CgroupLayout): string | undefined {
  const mountPoint = hierarchies.find(({ version }) => version === 2)?.mountPoint;
  const own = /^0::(\/.*)$/m.exec(read(`/proc/${String(pid)}/cgroup`) ?? '')?.[1];
  if (mountPoint === undefined || own === undefined || own.split('/').includes('..')) return undefined;
  const path = posix.join(mountPoint, own);
  return existsSync(path) ? path : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
