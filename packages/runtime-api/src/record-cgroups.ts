import { type Slot, slot } from '@standpipe/kernel';
import type { Op } from '@standpipe/program';

/** Ops that keep word of the container's cgroups: some before they are made, some when they are. */
export type RecordCgroups = (directories: readonly string[]) => { readonly making: Op[]; readonly made: Op[] };

/** Written by the step that makes the state directory. Empty: nothing is kept of containers. */
export const RecordCgroups: Slot<RecordCgroups> = slot<RecordCgroups>('state.record-cgroups');
