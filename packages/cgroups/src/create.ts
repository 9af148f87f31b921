import { mkdirSync, rmdirSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FS_MAGIC } from '@standpipe/syscalls';
import type { CgroupDirectory } from './directory.js';
import { cgroupExists, fileFailed, notCgroupfs, writeFailed } from './errors.js';
import { codeOf, readIfThere, writeValue } from './files.js';
import { linesOf } from './stats/count.js';

/** Makes the directories with the parents they lack, and gives what it made, the parents first; on failure that is removed. */
export function makeDirectories(directories: readonly CgroupDirectory[]): string[] {
  const made: string[] = [];
  try {
    for (const directory of directories) {
      checkCgroupfs(directory.mountPoint, directory);
      makeDirectory(directory, directory.path, made);
      checkCgroupfs(directory.path, directory);
    }
  } catch (error) {
    unmake(made);
    throw error;
  }
  return made;
}

/** Removes what was made a moment ago: no process has been in it. What others have put into it meanwhile stays. */
export function unmake(made: readonly string[]): void {
  for (const path of made.toReversed()) {
    try {
      rmdirSync(path);
    } catch {
      // The error that led here is told.
    }
  }
}

function makeDirectory(directory: CgroupDirectory, path: string, made: string[]): void {
  const { version, controllers, mountPoint } = directory;
  if (path === mountPoint) return;
  const parent = dirname(path);
  makeDirectory(directory, parent, made);
  if (version === 2) enableControllers(parent, controllers);
  try {
    mkdirSync(path, 0o755);
    made.push(path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw fileFailed(error, 'make the cgroup', path);
    if (path === directory.path) throw cgroupExists(path);
  }
  // A v1 cgroup begins with no CPU and no memory node, and takes no process so.
  if (version === 1 && controllers.includes('cpuset')) for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(path, file);
}

/** Passes on what the parent has itself. What can't be (real-time tasks hold back `cpu`) shows when a limit of it is asked for: its file is missing. */
function enableControllers(parent: string, controllers: readonly string[]): void {
  const enabled = wordsOf(readIfThere(join(parent, 'cgroup.subtree_control')));
  const available = wordsOf(readIfThere(join(parent, 'cgroup.controllers')));
  const missing = controllers.filter((controller) => available.includes(controller) && !enabled.includes(controller));
  if (missing.length === 0) return;
  const file = join(parent, 'cgroup.subtree_control');
  if (tryWrite(file, missing.map((controller) => `+${controller}`).join(' '))) return;
  for (const controller of missing) tryWrite(file, `+${controller}`);
}

function tryWrite(path: string, value: string): boolean {
  try {
    writeValue(path, value);
    return true;
  } catch {
    return false;
  }
}

function inherit(path: string, file: string): void {
  const own = join(path, file);
  if (linesOf(readIfThere(own)).length > 0) return;
  const value = readIfThere(join(dirname(path), file))?.trim() ?? '';
  try {
    if (value !== '') writeValue(own, value);
  } catch (error) {
    throw writeFailed(error, { path: own, value });
  }
}

function wordsOf(text: string | undefined): string[] {
  return text?.split(/\s+/).filter(Boolean) ?? [];
}

/** Refuses a path where something else than the hierarchy is mounted. @man statfs(2) */
export function checkCgroupfs(path: string, { version }: CgroupDirectory): void {
  let type: number;
  try {
    ({ type } = statfsSync(path));
  } catch (error) {
    throw fileFailed(error, 'look at the cgroup', path);
  }
  if (type !== (version === 1 ? FS_MAGIC.CGROUP : FS_MAGIC.CGROUP2)) throw notCgroupfs(path);
}
