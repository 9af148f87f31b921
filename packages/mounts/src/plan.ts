import type { Op, Reg } from '@standpipe/program';
import { planBind } from './bind.js';
import { planCgroup } from './cgroup.js';
import type { CgroupFacts, MountContext } from './context.js';
import { planFilesystem } from './filesystem.js';
import type { Mount, MountIntent } from './mount.js';
import type { MountNamespaces } from './namespaces.js';
import { parseMounts } from './parse.js';
import { planRemount } from './remount.js';
import { scratch } from './scratch.js';

export interface PlanMountsInput {
  /** fd of the root, as `planRootfs` or an open(2) with O_PATH gives it. */
  readonly root: Reg;
  /** Absolute path of the bundle: sources of binds are relative to it. */
  readonly bundle: string;
  readonly namespaces?: MountNamespaces | undefined;
  /** Whoever runs this is an ordinary user. */
  readonly rootless?: boolean | undefined;
  /** Needed for mounts of type cgroup. */
  readonly cgroups?: CgroupFacts | undefined;
  /** Where `mounts` lies in the config; `/mounts` when left out. */
  readonly pointer?: string | undefined;
}

/** How mounts are made. */
export interface MountsPlan {
  /** In the new mount namespace, before pivot_root. */
  readonly mount: Op[];
  /** Once everything is in its place, device nodes too: makes read-only what is to be. */
  readonly protect: Op[];
}

/**
 * Plans the mounts of a container, in their order.
 *
 * @throws SpecError with every issue of `mounts`
 */
export function planMounts(mounts: readonly Mount[], input: PlanMountsInput): MountsPlan {
  const intents = parseMounts(mounts, input);
  const { root, namespaces = {}, rootless = false, cgroups } = input;
  const context: MountContext = { root, namespaces, rootless, cgroups, scratch: scratch(), late: [] };
  return { mount: intents.flatMap((intent) => planMount(intent, context)), protect: context.late };
}

const planners: Readonly<Record<MountIntent['kind'], (intent: MountIntent, context: MountContext) => Op[]>> = {
  filesystem: planFilesystem,
  bind: planBind,
  remount: planRemount,
  cgroup: planCgroup,
};

function planMount(intent: MountIntent, context: MountContext): Op[] {
  return planners[intent.kind](intent, context);
}
