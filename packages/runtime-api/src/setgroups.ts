import { type Slot, slot } from '@standpipe/kernel';

/** May setgroups(2) be called in the container's user namespace? Of a joined one nobody knows before it is joined. */
export type SetgroupsAnswer = 'allowed' | 'denied' | 'unknown';

/** Written by the step that makes or joins the user namespace, for the one that changes the user. Empty: allowed. */
export const Setgroups: Slot<SetgroupsAnswer> = slot<SetgroupsAnswer>('namespaces.setgroups');
