import type { Op, Reg } from '@standpipe/program';
import type { HandOver } from './hand-over.js';
import type { UserNamespaces } from './idmap.js';
import type { MountNamespaces } from './namespaces.js';
import type { Scratch } from './scratch.js';

/** What the machine says of its cgroups; both as text of the host's procfs. */
export interface CgroupFacts {
  /** /proc/self/mountinfo */
  readonly mountinfo: string;
  /** /proc/PID/cgroup of the container's process, as it will be. */
  readonly cgroup: string;
}

/** What the ops of all mounts of a plan share. */
export interface MountContext {
  /** fd of the root. */
  readonly root: Reg;
  readonly namespaces: MountNamespaces;
  /** Whoever runs this is an ordinary user. */
  readonly rootless: boolean;
  /** The container is in a cgroup of its own. */
  readonly ownCgroup: boolean;
  readonly cgroups: CgroupFacts | undefined;
  readonly scratch: Scratch;
  readonly userNamespaces: UserNamespaces;
  /** There when the host half opens what is bound. */
  readonly handOver: HandOver | undefined;
  /** SELinux label of what is mounted. */
  readonly mountLabel: string | undefined;
  /** Gets what must wait until everything is in its place. */
  readonly late: Op[];
}
