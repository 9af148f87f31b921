import { type Slot, slot } from '@standpipe/kernel';
import type { Reg } from '@standpipe/program';

/** The cgroup that a container gets, for those who put it there and those who show it. */
export interface ContainerCgroup {
  /** Its directory in the v2 hierarchy, for clone3 with CLONE_INTO_CGROUP. */
  readonly fd: Reg | undefined;
  /** What /proc/PID/cgroup will say of the container's process. */
  readonly procCgroup: string;
}

/** Written by the step that makes the cgroup. Empty: the container stays where the runtime is. */
export const ContainerCgroup: Slot<ContainerCgroup> = slot<ContainerCgroup>('cgroups.container');
