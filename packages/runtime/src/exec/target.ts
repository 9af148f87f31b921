import { namespacesOf, type NamespaceInodes } from '@standpipe/namespaces';
import type { Process, Spec } from '@standpipe/oci-spec';
import type { JoinedContainer } from '@standpipe/runtime-api';
import { readState } from '@standpipe/state';
import { configNotReadable } from '../errors.js';
import { readSavedConfig } from '../saved-config.js';
import { readContainer } from '../steer/container.js';
import { cgroupsOf } from './cgroups.js';
import { notExecutable, notSeparate } from './errors.js';

export interface TargetSettings {
  /** Take a container that is paused: the process waits until it is resumed. */
  readonly ignorePaused?: boolean | undefined;
  /** Cgroups below the container's are asked for. */
  readonly subCgroups?: boolean | undefined;
}

/** A container to execute something in. */
export interface ExecTarget {
  readonly id: string;
  readonly bundle: string;
  /** What it was made from. */
  readonly spec: Spec;
  /** Of the spec. */
  readonly process: Process;
  readonly container: JoinedContainer;
}

/**
 * Finds a container that a process can be executed in: one that runs, or is created and not started yet.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`, `CONTAINER_NOT_RUNNING`, `CONFIG_NOT_READABLE`
 */
export function readTarget(root: string, id: string, { ignorePaused = false, subCgroups = false }: TargetSettings = {}): ExecTarget {
  const { state } = readContainer(root, id);
  const { status, pid, pidfdInode, bundle } = state;
  if (status !== 'running' && status !== 'created' && !(status === 'paused' && ignorePaused)) throw notExecutable(id, status);
  const spec = readSavedConfig(state);
  if (spec.process === undefined) throw configNotReadable(id, state.config, 'it has no process');

  const namespaces = differing(spec, namespacesIfThere(pid) ?? {});
  const cgroups = cgroupsOf({ ...state, status: 'running' }, { subCgroups });
  // What was read is the container's if that is still there.
  if (readState(root, id).pid !== pid) throw notExecutable(id, 'stopped');
  if (namespaces.mount === undefined) throw notSeparate(id);
  return { id, bundle, spec, process: spec.process, container: { pid, pidfdInode, namespaces, cgroups } };
}

/** The namespaces of the kinds that the config asks for, made or joined, which aren't our own. */
function differing({ linux }: Spec, inodes: NamespaceInodes): NamespaceInodes {
  const own = namespacesOf('self');
  const kinds = new Set(linux?.namespaces?.map(({ type }) => type));
  return Object.fromEntries(
    Object.entries(inodes).filter(([kind, inode]) => kinds.has(kind as never) && own[kind as keyof NamespaceInodes] !== inode),
  );
}

function namespacesIfThere(pid: number): NamespaceInodes | undefined {
  try {
    return namespacesOf(pid);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
