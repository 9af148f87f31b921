import { closeSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openPort, type SyscallPort } from '@standpipe/syscalls';
import { parseCgroupRecord, type RecordedScope } from './cgroups.js';
import { StateDirectory } from './directory.js';
import { unknownContainer } from './errors.js';
import { stateFile } from './files.js';
import { checkContainerId, isContainerId } from './id.js';
import { isAlive } from './process.js';
import type { StateRecord } from './record.js';
import { normalizeRoot, openStateRoot } from './root.js';
import { isWaiting } from './waiting.js';

/**
 * The OCI specification's states, and `stale`: what a runtime left that was killed while it made the
 * container. A stale container has no process; `clearStale` removes it.
 */
export type ContainerStatus = 'creating' | 'created' | 'running' | 'stopped' | 'stale';

/** The state of a container, as the OCI specification has it, with what the specification leaves to runtimes. */
export interface ContainerState {
  readonly ociVersion: string;
  readonly id: string;
  readonly status: ContainerStatus;
  /** As this process's pid namespace sees it; 0 when there is none. */
  readonly pid: number;
  /** Inode of its pidfd, decimal; "" when there is none. A pid can become another's, this can't (kernel 6.9). */
  readonly pidfdInode: string;
  readonly bundle: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** When it was made. Unknown of a stale one without a record. */
  readonly created: Date | undefined;
  /** uid of who made it. */
  readonly owner: number | undefined;
  /** The config that it was made from: our copy, or the bundle's file. */
  readonly config: string;
  /** It is our copy, which nobody else can have changed. */
  readonly configKept: boolean;
  /** A runtime stays with it, and removes its state in the end. */
  readonly foreground: boolean;
  /** Absolute paths of its cgroups, one in each hierarchy. Empty when it has none of its own. */
  readonly cgroups: readonly string[];
  /** The unit of systemd that they are, if it has made them. */
  readonly scope: RecordedScope | undefined;
}

export interface ReadSettings {
  /** The way to the kernel. Opened when it is needed: for a container that is not published, or was not started by `startContainer`. */
  readonly port?: SyscallPort;
}

/**
 * Reads the state of one container.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN` when there is none, `CONTAINER_ID_INVALID`, `STATE_MALFORMED`; SafetyError for a root that others may write to
 */
export function readState(root: string, id: string, settings: ReadSettings = {}): ContainerState {
  checkContainerId(id);
  const rootFd = openStateRoot(root);
  if (rootFd === undefined) throw unknownContainer(id);
  try {
    const state = readIn(rootFd, normalizeRoot(root), id, settings);
    if (state === undefined) throw unknownContainer(id);
    return state;
  } finally {
    closeSync(rootFd);
  }
}

/** Reads the states of all containers, by id. Those that vanish meanwhile are left out; so are those that can't be read, unless `onError` throws. */
export function listStates(
  root: string,
  settings: ReadSettings & { readonly onError?: (id: string, error: unknown) => void } = {},
): ContainerState[] {
  const rootFd = openStateRoot(root);
  if (rootFd === undefined) return [];
  try {
    const states: ContainerState[] = [];
    for (const id of readdirSync(`/proc/self/fd/${String(rootFd)}`)
      .filter(isContainerId)
      .toSorted()) {
      try {
        const state = readIn(rootFd, normalizeRoot(root), id, settings);
        if (state !== undefined) states.push(state);
      } catch (error) {
        settings.onError?.(id, error);
      }
    }
    return states;
  } finally {
    closeSync(rootFd);
  }
}

function readIn(rootFd: number, root: string, id: string, settings: ReadSettings): ContainerState | undefined {
  using dir = StateDirectory.open(rootFd, id);
  if (dir === undefined) return undefined;
  const found = dir.readRecord();
  const status = statusOf(dir, found, settings);
  const alive = status === 'running' || status === 'created' || status === 'creating';
  const { record } = found ?? {};
  const { directories: cgroups, scope } = parseCgroupRecord(dir.read(stateFile.cgroups));
  const configKept = dir.has(stateFile.config);
  return {
    ociVersion: record?.ociVersion ?? '',
    id,
    status,
    pid: alive ? (record?.pid ?? 0) : 0,
    pidfdInode: alive ? (record?.pidfdInode ?? '') : '',
    bundle: record?.bundle ?? '',
    annotations: record?.annotations ?? {},
    created: found?.writtenAt,
    owner: found?.uid,
    config: configKept ? join(root, id, stateFile.config) : join(record?.bundle ?? '', 'config.json'),
    configKept,
    foreground: record?.foreground ?? false,
    cgroups,
    scope,
  };
}

type Found = { readonly record: StateRecord; readonly published: boolean } | undefined;

/** What a directory says of its container. The lock is asked only when nothing is published. */
export function statusOf(dir: StateDirectory, found: Found, settings: ReadSettings = {}): ContainerStatus {
  if (found?.published !== true) {
    const port = settings.port ?? openPort();
    if (!dir.tryLock(port, 'shared')) return 'creating';
    dir.unlock(port);
  }
  return statusUnheld(dir, found, settings);
}

/** The same of a directory that no creator holds. */
export function statusUnheld(dir: StateDirectory, found: Found, settings: ReadSettings = {}): ContainerStatus {
  // A runtime killed between its container's execve and its own next op leaves a process without a published state.
  if (found !== undefined && isAlive(found.record)) return isWaiting(settings.port ?? openPort(), dir) ? 'created' : 'running';
  return found?.published === true ? 'stopped' : 'stale';
}
