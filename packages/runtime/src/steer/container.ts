import { type Cgroup, type CgroupLayout, openCgroup, readCgroupLayout } from '@standpipe/cgroups';
import { PlumbingError } from '@standpipe/errors';
import { type ContainerState, type ContainerStatus, listStates, readState } from '@standpipe/state';
import { isOurs } from '../own-cgroups.js';
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

/** Finds all containers, by id. Those that can't be read are left out, unless `onError` throws. */
export function listContainers(root: string, settings: { readonly onError?: (id: string, error: unknown) => void } = {}): Container[] {
  const layout = readCgroupLayout();
  return listStates(root, settings).map((state) => withCgroup(state, layout));
}

function withCgroup(state: ContainerState, layout?: CgroupLayout): Container {
  const cgroup = cgroupOf(state, layout);
  return { state: { ...state, status: cgroup?.state === 'frozen' ? 'paused' : state.status }, cgroup };
}

function cgroupOf({ pid, cgroups }: ContainerState, layout: CgroupLayout | undefined): Cgroup | undefined {
  // What bears the name of an ended container's cgroup may be another's by now.
  const ours = pid === 0 ? [] : cgroups.filter(isOurs);
  if (ours.length === 0) return undefined;
  try {
    return openCgroup(ours, layout === undefined ? {} : { layout });
  } catch (error) {
    // It has ended meanwhile.
    if (PlumbingError.is(error) && error.code === 'CGROUP_UNKNOWN') return undefined;
    throw error;
  }
}

/** The cgroup of a container that has not ended. */
export function cgroupInUse({ state, cgroup }: Container): Cgroup {
  if (state.pid === 0) throw notRunning(state.id, state.status);
  if (cgroup === undefined) throw noCgroup(state.id);
  return cgroup;
}
