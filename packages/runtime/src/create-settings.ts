import { defaultStateRoot } from '@standpipe/state';
import type { CreateSettings } from '@standpipe/runtime-api';

/** Settings without those that have a usual value. */
export type GivenSettings = Pick<CreateSettings, 'id' | 'bundle'> & Partial<CreateSettings>;

/** Fills in what the caller leaves open: a foreground container of the default state root, which exits as runc does when it fails. */
export function createSettings(given: GivenSettings): CreateSettings {
  return {
    stateRoot: given.stateRoot ?? defaultStateRoot(process.env, process.geteuid?.() ?? 0),
    detach: false,
    keep: false,
    noPivot: false,
    standalone: false,
    preserveFds: 0,
    pidFile: undefined,
    consoleSocket: undefined,
    log: undefined,
    failureCodes: { setUp: 1, notFound: 1, notExecutable: 1 },
    strict: false,
    name: 'standpipe',
    ...given,
  };
}
