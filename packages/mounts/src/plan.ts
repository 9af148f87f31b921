import { type Op, type Origin, type Reg, reg, type Section, sys } from '@standpipe/program';
import { planBind } from './bind.js';
import { planCgroup } from './cgroup.js';
import type { CgroupFacts, MountContext } from './context.js';
import { planFilesystem } from './filesystem.js';
import { HandOver } from './hand-over.js';
import { UserNamespaces } from './idmap.js';
import type { Mount, MountIntent } from './mount.js';
import { checkMountLabel } from './mount-label.js';
import type { MountNamespaces } from './namespaces.js';
import { parseMounts, type ParseMountsSettings } from './parse.js';
import { planRemount } from './remount.js';
import { scratch } from './scratch.js';

export interface PlanMountsInput extends ParseMountsSettings {
  /** fd of the root, as `planRootfs` or an open(2) with O_PATH gives it. */
  readonly root: Reg;
  readonly namespaces?: MountNamespaces | undefined;
  /** Needed for mounts of type cgroup, and for binds of an ordinary user. */
  readonly cgroups?: CgroupFacts | undefined;
  /** The container's process is in a cgroup that was made for it: an ordinary user's may write to that one. */
  readonly ownCgroup?: boolean | undefined;
  /**
   * SELinux label of every file of what is mounted, `linux.mountLabel`: not of binds, and not of procfs, sysfs and cgroups, which are
   * the host's too. A queue filesystem gets it at its root.
   */
  readonly mountLabel?: string | undefined;
  /**
   * The container's process. Given, the host half opens what is bound by a container in a user namespace, as its own root can't
   * open everything, and can't idmap what is the host's.
   */
  readonly pidfd?: Reg | undefined;
  /** Whom the ops of further processes are by. */
  readonly origin?: Origin | undefined;
}

/** How mounts are made: each part is ops of one half, in the order in which they run. */
export interface MountsPlan {
  /** Host, before the clone: opens the user namespaces that idmapped mounts need, and the way that mounts are handed over by. */
  readonly prepare: Op[];
  /** Host, once the container goes on: hands over what it can't open itself. */
  readonly handOver: Op[];
  /** Container, in the new mount namespace, before pivot_root. */
  readonly mount: Op[];
  /** Container, once everything is in its place, device nodes too: makes read-only what is to be. */
  readonly protect: Op[];
  /** Further sections for the program. */
  readonly sections: Section[];
}

const defaultOrigin: Origin = { plugin: 'mounts', step: 'mount' };

/**
 * Plans the mounts of a container, in their order.
 *
 * @throws SpecError with every issue of `mounts`
 */
export function planMounts(mounts: readonly Mount[], input: PlanMountsInput): MountsPlan {
  const intents = parseMounts(mounts, input);
  const { root, namespaces = {}, rootless = false, ownCgroup = false, cgroups, pidfd, origin = defaultOrigin } = input;
  const handOver = namespaces.user === true && !rootless && pidfd !== undefined ? new HandOver(pidfd) : undefined;
  const userNamespaces = new UserNamespaces(origin);
  const context: MountContext = {
    root,
    namespaces,
    rootless,
    ownCgroup,
    cgroups,
    scratch: scratch(),
    userNamespaces,
    handOver,
    mountLabel: checkMountLabel(input.mountLabel),
    late: [],
  };
  const umask = reg('umask');
  const mount: Op[] = [
    // What is missing is made as anyone may reach it, whoever runs this.
    sys('umask', [0o022], { to: umask }),
    ...intents.flatMap((intent) => planners[intent.kind](intent, context)),
    sys('umask', [umask]),
  ];
  return {
    prepare: [...userNamespaces.open, ...(handOver?.prepare ?? [])],
    handOver: handOver?.host ?? [],
    mount: intents.length === 0 ? [] : [...(handOver?.begin ?? []), ...mount, ...(handOver?.end ?? [])],
    protect: context.late,
    sections: [...userNamespaces.sections],
  };
}

const planners: Readonly<Record<MountIntent['kind'], (intent: MountIntent, context: MountContext) => Op[]>> = {
  filesystem: planFilesystem,
  bind: planBind,
  remount: planRemount,
  cgroup: planCgroup,
};
