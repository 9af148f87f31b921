import { type Slot, slot } from '@standpipe/kernel';
import type { Op } from '@standpipe/program';

/** The unit of systemd that a container's cgroup is. */
export interface RecordedScope {
  readonly unit: string;
  /** Whose systemd it is: `system`, or the address of a user's bus. */
  readonly bus: string;
  /** What its maker calls it: a unit of that name with another description is another's. */
  readonly description: string;
}

/** Ops that keep word of the container's cgroups: some before they are made, some when they are. */
export type RecordCgroups = (directories: readonly string[], scope?: RecordedScope) => { readonly making: Op[]; readonly made: Op[] };

/** Written by the step that makes the state directory. Empty: nothing is kept of containers. */
export const RecordCgroups: Slot<RecordCgroups> = slot<RecordCgroups>('state.record-cgroups');
