import type { Probe } from '@standpipe/program';
import type { HostFacts } from '@standpipe/runtime-api';

/** Programs of the system that some tasks need. */
export function probeTools(facts: HostFacts): Probe[] {
  const what = 'checkpoints of running containers (criu)';
  const group = 'programs';
  if (facts.systemProgram('criu') !== undefined) return [{ group, what, outcome: 'yes' }];
  return [{ group, what, outcome: 'no', found: 'there is no criu', fix: 'install the package criu' }];
}
