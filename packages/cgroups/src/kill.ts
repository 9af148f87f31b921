import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { outlivedKill } from './errors.js';
import { type CgroupDirectory, unified } from './directory.js';
import { codeOf, writeValue } from './files.js';
import { holdStill, letGo, type WaitSettings } from './freeze.js';
import { attempting, checkMayStop, isPopulated, listTasks, nameOf } from './processes.js';

const POLL_MS = 2;
const HOLD_STILL_MS = 200;
const ROUND_MS = 50;

/**
 * Kills every process in the cgroup and below, whether it forks meanwhile or is frozen, and returns when all have ended.
 *
 * By cgroup.kill where there is a v2 directory, which no fork outruns. Otherwise all are frozen, killed, and let go to die; and so again
 * until the cgroup is empty.
 *
 * @kernel cgroup.kill 5.14
 */
export async function killAll(directories: readonly CgroupDirectory[], { timeoutMs = 10_000 }: WaitSettings = {}): Promise<void> {
  checkMayStop(directories, 'kill');
  const deadline = Date.now() + timeoutMs;
  for (let rounds = 0; isPopulated(directories); rounds++) {
    if (Date.now() > deadline) throw outlivedKill(nameOf(directories), listTasks(directories, 'processes', { recursive: true }));
    try {
      // Those in other hierarchies only, or that came here by a fork just now, are left to the second way.
      if (rounds > 0 || !killByKernel(directories)) await killFrozen(directories);
      // A frozen process on v1 dies no sooner than it is thawed.
      letGo(directories);
    } catch (error) {
      // Whoever else clears up here may have been faster.
      if (isPopulated(directories)) throw error;
    }
    for (const pause = Date.now() + ROUND_MS; isPopulated(directories) && Date.now() < pause;) await sleep(POLL_MS);
  }
}

function killByKernel(directories: readonly CgroupDirectory[]): boolean {
  const directory = unified(directories);
  if (directory === undefined) return false;
  try {
    writeValue(join(directory.path, 'cgroup.kill'), '1');
    return true;
  } catch (error) {
    // EOPNOTSUPP: a threaded cgroup.
    if (['ENOENT', 'EOPNOTSUPP'].includes(codeOf(error) ?? '')) return false;
    return attempting('kill the cgroup', directory.path, () => {
      throw error;
    });
  }
}

async function killFrozen(directories: readonly CgroupDirectory[]): Promise<void> {
  await holdStill(directories, HOLD_STILL_MS);
  // What is frozen doesn't end, so no pid of these is another process's meanwhile.
  for (const pid of listTasks(directories, 'processes', { recursive: true })) signal(pid);
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
