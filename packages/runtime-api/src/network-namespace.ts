import { type Slot, slot } from '@standpipe/kernel';
import type { Reg } from '@standpipe/program';

/**
 * A container's own network namespace, as the host half knows it when the container is cloned: a new one by who is in it, one that
 * is joined by an fd, which is open until the id maps are written.
 */
export type NetworkNamespace = { readonly pidfd: Reg } | { readonly netns: Reg };

/** Written by the step that makes or joins it. Empty: the container is in the host's. */
export const NetworkNamespace: Slot<NetworkNamespace> = slot<NetworkNamespace>('namespaces.network');
