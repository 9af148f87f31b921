import { closeSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AT, openPort, pidfdSendSignal, type SyscallPort, unlinkat } from '@standpipe/syscalls';
import { parseCgroupRecord, type RecordedScope } from './cgroups.js';
import { StateDirectory } from './directory.js';
import { containerBusy, containerNotStopped, unknownContainer, wontDie } from './errors.js';
import { stateFile } from './files.js';
import { checkContainerId } from './id.js';
import { isAlive, openRecorded } from './process.js';
import { type ContainerStatus, statusUnheld } from './read.js';
import type { StateRecord } from './record.js';
import { openStateRoot } from './root.js';

const SIGKILL = 9;
const POLL_MS = 5;
const DYING_POLLS = 20;

/** The cgroups that a container leaves, as absolute paths. */
export interface LeftCgroups {
  /** They are the container's, with all that is in them. */
  readonly made: readonly string[];
  /** Its runtime was killed while it made them: each may be missing, or be another's. Those that are empty can go. */
  readonly making: readonly string[];
  /** The unit of systemd that they are, or may have become. */
  readonly scope?: RecordedScope;
}

export interface RemoveSettings {
  readonly port?: SyscallPort;
  /** Kill the container's process when it lives. */
  readonly force?: boolean;
  /** Lets the container's process die, which has been sent SIGKILL: frozen by cgroup v1 it doesn't until it is thawed. */
  readonly thaw?: (cgroups: readonly string[]) => void | Promise<void>;
  /** Removes the cgroups, when the container's process has ended and before its directory goes. Without it they stay. */
  readonly removeCgroups?: (left: LeftCgroups) => void | Promise<void>;
  /** How long to wait for a killed process to end, and for a runtime in the foreground to clear up. 10 s when left out. */
  readonly timeoutMs?: number;
}

/**
 * Removes what a killed runtime left of a container: a half-made directory, or the state of a foreground
 * container whose process has ended too. Leaves everything else alone. To be called before a
 * container of that id is made.
 *
 * @returns whether something was removed
 * @throws PlumbingError `CONTAINER_BUSY` when a runtime holds it, `CONTAINER_NOT_STOPPED` when its process outlived the runtime (with `force` it is killed)
 */
export async function clearStale(root: string, id: string, settings: RemoveSettings = {}): Promise<boolean> {
  return remove(root, id, settings, (status, foreground, force) => status === 'stale' || (foreground && (status === 'stopped' || force)));
}

/**
 * Deletes a container: a stopped, stale or merely created one, and with `force` any. A runtime that
 * holds it in the foreground gets the time to clear up by itself.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN` (not with `force`), `CONTAINER_NOT_STOPPED`, `CONTAINER_BUSY`
 */
export async function deleteContainer(root: string, id: string, settings: RemoveSettings = {}): Promise<void> {
  const removed = await remove(root, id, settings, (status, _, force) => force || status !== 'running');
  if (!removed && settings.force !== true) throw unknownContainer(id);
}

type MayGo = (status: ContainerStatus, foreground: boolean, force: boolean) => boolean;

async function remove(root: string, id: string, settings: RemoveSettings, mayGo: MayGo): Promise<boolean> {
  checkContainerId(id);
  const { port = openPort(), force = false, timeoutMs = 10_000 } = settings;
  const deadline = Date.now() + timeoutMs;
  const rootFd = openStateRoot(root);
  if (rootFd === undefined) return false;
  try {
    using dir = StateDirectory.open(rootFd, id);
    if (dir === undefined) return false;
    if (!(await outwait(port, dir))) {
      await endHolder(port, dir, { id, force, deadline, thaw: settings.thaw });
      if (!dir.isLinked()) return true;
    }
    if (!dir.isLinked()) return false;
    const found = readLeniently(dir, force);
    const status = statusUnheld(dir, found, { port });
    const alive = status === 'running' || status === 'created';
    if (!mayGo(status, found?.record.foreground === true, force)) {
      if (alive) throw containerNotStopped(id, status);
      return false;
    }
    if (alive && found !== undefined) await kill(port, dir, found.record, { deadline, thaw: settings.thaw });
    const made = parseCgroupRecord(dir.read(stateFile.cgroups));
    const making = parseCgroupRecord(dir.read(stateFile.makingCgroups));
    const scope = made.scope ?? making.scope;
    await settings.removeCgroups?.({ made: made.directories, making: making.directories, ...(scope === undefined ? {} : { scope }) });
    // With what nobody of us has put there.
    for (const name of dir.entries()) rmSync(dir.path(name), { recursive: true, force: true });
    unlinkat(port, rootFd, id, AT.REMOVEDIR);
    return true;
  } finally {
    closeSync(rootFd);
  }
}

/** Takes the lock once those are out of the way who have it for a moment only: a reader, and who was killed a moment ago and is on its way out. */
async function outwait(port: SyscallPort, dir: StateDirectory): Promise<boolean> {
  for (let tries = 0; !dir.tryLock(port, 'exclusive'); tries++) {
    if (tries >= (dir.has(stateFile.state) ? 1 : DYING_POLLS)) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Someone holds the lock: with `force` kills the container's process, and waits until the holder has cleared up or gone. */
async function endHolder(
  port: SyscallPort,
  dir: StateDirectory,
  { id, force, deadline, thaw }: Killing & { id: string; force: boolean },
): Promise<void> {
  const found = readLeniently(dir, true);
  if (!force) {
    if (found?.published !== true) throw containerBusy(id);
    // One that does not run is being removed, by another who deletes it or by its runtime in the foreground.
    if (statusUnheld(dir, found, { port }) === 'running') throw containerNotStopped(id, 'running');
  } else if (found !== undefined) await kill(port, dir, found.record, { deadline, thaw });
  while (!dir.tryLock(port, 'exclusive')) {
    if (Date.now() > deadline) throw containerBusy(id);
    await sleep(POLL_MS);
  }
}

function readLeniently(dir: StateDirectory, lenient: boolean): ReturnType<StateDirectory['readRecord']> {
  try {
    return dir.readRecord();
  } catch (error) {
    if (lenient) return undefined;
    throw error;
  }
}

interface Killing {
  readonly deadline: number;
  readonly thaw: RemoveSettings['thaw'];
}

async function kill(port: SyscallPort, dir: StateDirectory, record: StateRecord, { deadline, thaw }: Killing): Promise<void> {
  using pidfd = openRecorded(port, record);
  if (pidfd === undefined) return;
  pidfdSendSignal(port, pidfd.fd, SIGKILL);
  await thaw?.(parseCgroupRecord(dir.read(stateFile.cgroups)).directories);
  while (isAlive(record)) {
    if (Date.now() > deadline) throw wontDie(dir.id, record.pid);
    await sleep(POLL_MS);
  }
}
