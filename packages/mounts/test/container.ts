import { readFileSync } from 'node:fs';
import { type Op, reg, sys, words } from '@standpipe/program';
import { type Outcome, runOps } from '@standpipe/program/testing';
import { AT, O } from '@standpipe/syscalls';
import {
  type CgroupFacts,
  type Mount,
  parseMountinfo,
  type MountinfoEntry,
  planMaskedPaths,
  planMounts,
  type PlanMountsInput,
  planMoveRoot,
  planPivot,
  planReadonlyPaths,
  planRootfs,
  planRootReadonly,
} from '../src/index.js';

export interface ContainerSettings extends Omit<Partial<PlanMountsInput>, 'root'> {
  /** The root filesystem; without one, the mounts are made in this machine's root, and nothing is pivoted. */
  readonly rootfs?: string;
  readonly mounts?: readonly Mount[];
  readonly propagation?: string;
  readonly readonly?: boolean;
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
  readonly noPivot?: boolean;
  /** What a root that is moved hides; that of this machine when left out. */
  readonly hostMountinfo?: string;
  /** Runs the script where everything is mounted, but this machine's root is still "/". */
  readonly stay?: boolean;
  /** Between the mounts and the pivot. */
  readonly devices?: (root: ReturnType<typeof reg>) => Op[];
  /** The kinds of namespaces besides a mount namespace, as options of unshare(1). */
  readonly unshare?: readonly string[];
  /** Whoever starts it, as a command before it. */
  readonly as?: readonly string[];
}

/** Facts of this machine, for mounts of type cgroup. */
export function cgroupFacts(): CgroupFacts {
  return { mountinfo: readFileSync('/proc/self/mountinfo', 'utf8'), cgroup: readFileSync('/proc/self/cgroup', 'utf8') };
}

/** Sets a root filesystem up as the container half does, in a mount namespace of its own, and runs a shell script there. */
export async function inContainer(script: string, settings: ContainerSettings = {}): Promise<Outcome> {
  const {
    rootfs,
    mounts = [],
    propagation,
    noPivot = false,
    maskedPaths = [],
    readonlyPaths = [],
    unshare = [],
    as = [],
    devices,
  } = settings;
  const root = reg('root');
  const { prepare, mount, protect, sections } = planMounts(mounts, { bundle: '/', ...settings, root });
  const isolate: Op[] =
    rootfs === undefined
      ? [sys('openat', [AT.FDCWD, '/', O.PATH | O.DIRECTORY | O.CLOEXEC], { to: root, say: 'open "/"' })]
      : planRootfs({ path: rootfs, propagation, noPivot }, root);
  const pivot = (path: string): Op[] =>
    noPivot
      ? planMoveRoot({ root, propagation, path, mountinfo: settings.hostMountinfo ?? readFileSync('/proc/self/mountinfo', 'utf8') })
      : planPivot({ root, propagation });
  const ops: Op[] = [
    ...prepare,
    ...isolate,
    ...mount,
    ...(devices?.(root) ?? []),
    ...protect,
    ...(settings.readonly === true ? planRootReadonly(root) : []),
    ...(rootfs === undefined || settings.stay === true ? [] : pivot(rootfs)),
    ...planReadonlyPaths(readonlyPaths, root),
    ...planMaskedPaths(maskedPaths, root),
    sys('execve', ['/bin/sh', words('argv', ['sh', '-c', script, null]), words('envp', ['PATH=/bin:/usr/bin:/sbin:/usr/sbin', null])], {
      say: 'run "/bin/sh"',
    }),
  ];
  // Neither private nor slave beforehand: that is what the ops are for.
  const wrapper = [...as, 'unshare', '--mount', '--propagation', rootfs === undefined ? 'private' : 'unchanged', ...unshare, '--'];
  return runOps(ops, { wrapper, sections });
}

/** What the script's `cat /proc/self/mountinfo` says of one mount point: the topmost there. */
export function mountAt(outcome: Outcome, mountPoint: string): MountinfoEntry {
  const found = parseMountinfo(outcome.stdout).findLast((entry) => entry.mountPoint === mountPoint);
  if (found === undefined) throw new Error(`nothing is mounted on ${mountPoint}: ${outcome.stderr}${outcome.stdout}`);
  return found;
}

/** The mount's own options and propagation, without those that go without saying. */
export function flagsOf(entry: MountinfoEntry): string {
  return [...entry.options, ...entry.propagation.map((tag) => tag.replace(/:\d+$/, ''))]
    .filter((option) => option !== 'relatime')
    .join(' ');
}
