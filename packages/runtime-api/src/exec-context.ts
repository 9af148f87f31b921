import type { Process, Spec } from '@standpipe/oci-spec';
import { createContext, type CreateContext, type CreateSettings } from './create-context.js';
import type { HostFacts } from './host-facts.js';

/** What the caller of exec asked for besides the process. Of a create's settings those count that a process can have. */
export interface ExecSettings extends CreateSettings {
  /** Cgroups below the container's own to run in: by v1 controller, or by `''` for all hierarchies. */
  readonly subCgroups?: ReadonlyMap<string, string>;
  /** JSON pointers to what the caller has named for this very process: without a plugin for it that is an error, and no warning. */
  readonly insisted?: readonly string[];
}

/** A container that lives, as it was found when the program was planned. The program looks again before it joins it. */
export interface JoinedContainer {
  /** Its first process, as the runtime's pid namespace sees it. */
  readonly pid: number;
  /** Inode of that process's pidfd, decimal. */
  readonly pidfdInode: string;
  /** Its namespaces that are not the runtime's own, by the specification's names, with their inodes. */
  readonly namespaces: Readonly<Record<string, number>>;
  /** Absolute paths of its cgroups. */
  readonly cgroups: readonly string[];
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
  return { ...createContext({ spec: { ...spec, process }, settings, facts }), settings, container };
}
