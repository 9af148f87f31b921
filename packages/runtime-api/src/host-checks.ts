import { extensionPoint } from '@standpipe/kernel';
import type { Probe } from '@standpipe/program';
import type { HostFacts } from './host-facts.js';

/** What a plugin needs of the machine, looked for: for `standpipe doctor`, where it may cost something. It leaves nothing behind. */
export type HostChecks = (host: { readonly facts: HostFacts; readonly stateRoot: string }) => readonly Probe[];

export const HostChecks = extensionPoint<HostChecks>('host.checks');
