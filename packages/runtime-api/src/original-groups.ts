import { type Slot, slot } from '@standpipe/kernel';

/** Written by the step that weighs the annotations: the process keeps the supplementary groups of who runs it. Empty: it keeps none. */
export const OriginalGroups: Slot<boolean> = slot<boolean>('process.original-groups');
