import { renderError } from '@standpipe/errors';
import type { Assembly } from '@standpipe/kernel';
import type { Probe } from '@standpipe/program';
import { HostChecks, type HostFacts } from '@standpipe/runtime-api';

export interface HostReport {
  /** Those of one group behind each other. */
  readonly probes: readonly Probe[];
  /** Whether containers can run at all: nothing that is essential is missing. */
  readonly able: boolean;
}

/** Looks at what this machine can do of what an assembly needs. Leaves nothing behind. */
export function checkHost(assembly: Assembly, host: { readonly facts: HostFacts; readonly stateRoot: string }): HostReport {
  const found = assembly.all(HostChecks).flatMap((check) => guarded(() => check(host)));
  const groups = new Set(found.map(({ group }) => group));
  const probes = [...groups].flatMap((name) => found.filter(({ group }) => group === name));
  return { probes, able: !probes.some(({ essential, outcome }) => essential === true && outcome === 'no') };
}

/** One that fails must not hide what others find. */
function guarded(check: () => readonly Probe[]): readonly Probe[] {
  try {
    return check();
  } catch (error) {
    return [{ group: 'other', what: 'a check that failed itself', outcome: 'unknown', found: renderError(error) }];
  }
}
