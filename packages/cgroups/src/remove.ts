import { rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CgroupDirectory } from './directory.js';
import { cgroupBusy, fileFailed } from './errors.js';
import { codeOf, forEachChild } from './files.js';
import type { WaitSettings } from './freeze.js';
import { killAll } from './kill.js';
import { checkNotRoot, listTasks, nameOf } from './processes.js';

const LONGEST_PAUSE_MS = 50;

export interface RemoveSettings extends WaitSettings {
  /** Kill what is in it first. */
  readonly kill?: boolean;
}

/** Removes the cgroup and those below it, the deepest first, in every hierarchy. Of one that is gone there is nothing to do. */
export async function removeAll(
  directories: readonly CgroupDirectory[],
  { kill = false, timeoutMs = 5_000 }: RemoveSettings = {},
): Promise<void> {
  checkNotRoot(directories, 'remove');
  if (kill) await killAll(directories, { timeoutMs });
  const deadline = Date.now() + timeoutMs;
  // A process that has just ended is in its cgroup for another moment.
  for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    // Each is tried, whatever becomes of the others.
    const left = directories.filter(({ path }) => !removeTree(path));
    if (left.length === 0) return;
    if (Date.now() > deadline) throw cgroupBusy(nameOf(directories), listTasks(directories, 'processes', { recursive: true }));
    await sleep(pause);
  }
}

/** Whether it is gone. Only directories can be removed there, and files need not be. */
function removeTree(path: string): boolean {
  if (removeOne(path)) return true;
  let removed = 0;
  forEachChild(path, (child) => {
    if (removeTree(child)) removed++;
  });
  return removed > 0 && removeOne(path);
}

function removeOne(path: string): boolean {
  try {
    rmdirSync(path);
  } catch (error) {
    if (['EBUSY', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) return false;
    if (codeOf(error) !== 'ENOENT') throw fileFailed(error, `remove the cgroup`, path);
  }
  return true;
}
