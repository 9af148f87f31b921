import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { applyWrites, checkWrites } from './apply.js';
import { checkCgroupfs, makeDirectories, unmake } from './create.js';
import { readCgroupLayout } from './detect.js';
import type { LinuxDeviceCgroup } from './devices/rule.js';
import { type CgroupDirectory, directoryAt, directoryIn } from './directory.js';
import { noHierarchies, unknownCgroup } from './errors.js';
import { CgroupEvents } from './events.js';
import { freeze, freezerState, type FreezerState, thaw, type WaitSettings } from './freeze.js';
import { killAll } from './kill.js';
import type { CgroupLayout } from './layout.js';
import { limitDevices } from './limit-devices.js';
import { type ListSettings, listTasks, moveProcess, nameOf } from './processes.js';
import { removeAll, type RemoveSettings } from './remove.js';
import { type LinuxResources, planResources } from './resources.js';
import { spawnIn } from './spawn.js';
import { readStats } from './stats/read-stats.js';
import type { CgroupStats } from './stats/stats.js';
import type { CgroupWrite } from './write.js';

/** A cgroup: one directory on v2, one in each hierarchy on v1 and on hybrid machines. Holds no fd: there is nothing to close. */
export class Cgroup implements AsyncDisposable {
  readonly directories: readonly CgroupDirectory[];

  /** Takes them as they are; `openCgroup` and `createCgroup` prove them. */
  constructor(directories: readonly CgroupDirectory[]) {
    this.directories = directories;
  }

  /** The cgroup's path below the mount point: of v2 where it is there. */
  get path(): string {
    return nameOf(this.directories);
  }

  get state(): FreezerState {
    return freezerState(this.directories);
  }

  exists(): boolean {
    return this.directories.some(({ path }) => existsSync(path));
  }

  /** Moves a process into it, with all its threads. What it has forked already stays where it is. */
  add(pid: number): void {
    moveProcess(this.directories, pid);
  }

  /** Starts a program in it: there from its first instruction on. */
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    return spawnIn(this.directories, command, args, options);
  }

  /** The processes in it. */
  pids(settings: ListSettings = {}): number[] {
    return listTasks(this.directories, 'processes', settings);
  }

  /** Their threads. */
  tasks(settings: ListSettings = {}): number[] {
    return listTasks(this.directories, 'threads', settings);
  }

  /** Throws what `apply` would throw before its first write: for a limit that must not be below what is in use. */
  check(writes: readonly CgroupWrite[]): void {
    checkWrites(this.directories, writes);
  }

  /** Makes the writes, all or none. */
  apply(writes: readonly CgroupWrite[]): void {
    applyWrites(this.directories, writes);
  }

  /** What it uses, those below included. */
  stats(): CgroupStats {
    return readStats(this.directories);
  }

  /** What happens to it from now on. */
  events(): CgroupEvents {
    return new CgroupEvents(this.directories);
  }

  /** Stops every process in it and below, and waits until that is so. */
  async freeze(settings: WaitSettings = {}): Promise<void> {
    await freeze(this.directories, settings);
  }

  async thaw(settings: WaitSettings = {}): Promise<void> {
    await thaw(this.directories, settings);
  }

  /** Kills every process in it and below, and waits until they have ended. */
  async kill(settings: WaitSettings = {}): Promise<void> {
    await killAll(this.directories, settings);
  }

  /** Removes it and those below it. */
  async remove(settings: RemoveSettings = {}): Promise<void> {
    await removeAll(this.directories, settings);
  }

  /** Kills and removes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove({ kill: true });
  }
}

export interface OpenCgroupSettings {
  /** The hierarchies to look in; those of this machine when left out. */
  readonly layout?: CgroupLayout;
}

export interface CreateCgroupSettings extends OpenCgroupSettings {
  /** The limits it begins with, as in `linux.resources`. With `devices`, a device that no rule allows is denied. */
  readonly resources?: LinuxResources & { readonly devices?: readonly LinuxDeviceCgroup[] | undefined };
}

/**
 * An existing cgroup, by its path (`/app` from the mount points, `app` from this process's own cgroup) in every hierarchy that has it, or by
 * its directories.
 *
 * @throws PlumbingError `CGROUP_UNKNOWN` when no hierarchy has it; `CGROUP_PATH_INVALID`
 * @throws SafetyError what is there is no cgroup
 */
export function openCgroup(where: string | readonly string[], { layout = readCgroupLayout() }: OpenCgroupSettings = {}): Cgroup {
  const directories = typeof where === 'string' ? directoriesIn(layout, where) : where.map((path) => directoryAt(layout, path));
  const there = directories.filter(({ path }) => existsSync(path));
  if (there.length === 0) throw unknownCgroup(typeof where === 'string' ? where : where.join(', '));
  for (const directory of there) checkCgroupfs(directory.path, directory);
  return new Cgroup(there);
}

/**
 * Makes a cgroup in every hierarchy, with the parents it lacks. On failure what was made is removed.
 *
 * @throws PlumbingError `CGROUP_EXISTS`, `CGROUP_PATH_INVALID`
 * @throws SpecError what no cgroup of this machine can limit
 */
export function createCgroup(path: string, { layout = readCgroupLayout(), resources = {} }: CreateCgroupSettings = {}): Cgroup {
  const directories = directoriesIn(layout, path);
  const { writes } = planResources(resources, layout, '');
  const made = makeDirectories(directories);
  try {
    applyWrites(directories, writes);
    if (resources.devices !== undefined) limitDevices(directories, resources.devices, '/devices');
  } catch (error) {
    unmake(made);
    throw error;
  }
  return new Cgroup(directories);
}

function directoriesIn(layout: CgroupLayout, path: string): CgroupDirectory[] {
  if (layout.hierarchies.length === 0) throw noHierarchies();
  return layout.hierarchies.map((hierarchy) => directoryIn(hierarchy, path));
}
