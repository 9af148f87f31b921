import { type Cgroup, openCgroup } from '@standpipe/cgroups';
import { type ContainerState, type ContainerStatus, listStates, readState } from '@standpipe/state';
import { noCgroup, notRunning } from './errors.js';

/** The states of @standpipe/state, and `paused`: the processes of the container's cgroup are frozen. */
export type SteeredStatus = ContainerStatus | 'paused';

/** A container with its cgroup. */
export interface Container {
  readonly state: Omit<ContainerState, 'status'> & { readonly status: SteeredStatus };
  /** Undefined when it has none of its own, or has ended. */
  readonly cgroup: Cgroup | undefined;
}

/**
 * Finds a container.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`
 */
export function readContainer(root: string, id: string): Container {
  return withCgroup(readState(root, id));
}

/** Finds all containers, by id. */
export function listContainers(root: string): Container[] {
  return listStates(root).map(withCgroup);
}

function withCgroup(state: ContainerState): Container {
  const cgroup = cgroupOf(state);
  return { state: { ...state, status: cgroup?.state === 'frozen' ? 'paused' : state.status }, cgroup };
}

function cgroupOf({ pid, cgroups }: ContainerState): Cgroup | undefined {
  // What bears the name of an ended container's cgroup may be another's by now.
  if (pid === 0 || cgroups === undefined || cgroups.length === 0) return undefined;
  try {
    return openCgroup(cgroups);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'CGROUP_UNKNOWN') return undefined;
    throw error;
  }
}

/** The cgroup of a container that has not ended. */
export function cgroupInUse({ state, cgroup }: Container): Cgroup {
  if (state.pid === 0) throw notRunning(state.id, state.status);
  if (cgroup === undefined) throw noCgroup(state.id);
  return cgroup;
}
