import type { Process, Spec } from '@standpipe/oci-spec';
import { createContext, type CreateContext, type CreateSettings } from './create-context.js';
import type { HostFacts } from './host-facts.js';
import type { JoinedContainer } from './joined-container.js';

/** What the caller of exec asked for besides the process. Of a create's settings those count that a process can have. */
export interface ExecSettings extends CreateSettings {
  /** Cgroups below the container's own to run in: by v1 controller, or by `''` for all hierarchies. */
  readonly subCgroups?: ReadonlyMap<string, string>;
  /** JSON pointers to what the caller has named for this very process: without a plugin for it that is an error, and no warning. */
  readonly insisted?: readonly string[];
}

/** What the steps of the exec pipeline work on: as for create, with `spec` the config that the container was made from and `process` the one to execute. */
export interface ExecContext extends CreateContext {
  readonly settings: ExecSettings;
  readonly container: JoinedContainer;
}

export interface ExecContextInput {
  readonly spec: Spec;
  readonly process: Process;
  readonly settings: ExecSettings;
  readonly facts: HostFacts;
  readonly container: JoinedContainer;
}

export function execContext({ spec, process, settings, facts, container }: ExecContextInput): ExecContext {
  return { ...createContext({ spec: { ...spec, process }, settings, facts }), spec, settings, container };
}
