import { extensionPoint } from '@standpipe/kernel';
import type { RuntimeSupport } from '@standpipe/oci-spec';
import type { HostFacts } from './host-facts.js';

/**
 * What a plugin adds to the features document: what it puts into effect, and of lists that grow with the kernel, what this one has.
 * Asked for that document alone, so a look at the machine may cost something.
 */
export type RuntimeFeatures = (facts: HostFacts) => RuntimeSupport;

export const RuntimeFeatures = extensionPoint<RuntimeFeatures>('runtime.features');
