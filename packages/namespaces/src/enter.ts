import { AT, STATX } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  closeFd,
  here,
  label,
  load,
  type Op,
  openHostProc,
  type Origin,
  raise,
  type Reg,
  reg,
  section,
  set,
  statxField,
  sys,
  undo,
} from '@standpipe/program';
import { becomeRootIfMapped } from './become-root.js';
import { cloneProcess, flagsOf, killAndReap, reap } from './clone.js';
import { explained } from './explained.js';
import {
  armParentDeath,
  askForSenders,
  awaitBorn,
  awaitGo,
  openChannel,
  refusePtrace,
  sendBorn,
  sendFailure,
  sendGo,
} from './handshake.js';
import { type NamespaceKind, namespaceFacts, namespaceKinds } from './kinds.js';
import type { NamespacesPlan, NamespacesRegs } from './plan.js';
import type { SetgroupsAnswer } from './privilege.js';
import type { NamespaceInodes } from './read.js';

/** Whose namespaces are entered: a process as it was found when the program was planned. */
export interface EnteredProcess {
  readonly pid: number;
  /** Inode of its pidfd, decimal. On a kernel without pidfs all pidfds have the same one. */
  readonly pidfdInode: string;
  /** Those of its namespaces to be joined, with their inodes; none that we are in already. */
  readonly namespaces: NamespaceInodes;
}

export interface PlanEnterSettings {
  /** What /proc/PID/setgroups of that process says. */
  readonly setgroups?: SetgroupsAnswer | undefined;
  /** The supplementary groups of who runs the process stay. */
  readonly keepGroups?: boolean | undefined;
}

const STATX_SIZE = 256;
const origin: Origin = { plugin: 'namespaces', step: 'enter' };
const GONE = "the container's first process has ended";

/**
 * Plans the way of a further process into a container's namespaces. The parts are those of `planNamespaces`.
 *
 * An in-between process joins all of them in the one setns(2) and then clones the container half as its sibling. So
 * whoever sees that one from inside, in the container's pid namespace, sees a process that has the container's root and
 * working directory already, and no fd of the host (CVE-2016-9962, CVE-2024-21626). Both are closed to ptrace.
 *
 * The process is held by its pidfd, and what it is compared with is what was found when it was known to be the
 * container's: while the pidfd's process lives, its pid is no other's.
 *
 * @man setns(2), pidfd_open(2)
 * @kernel 5.8
 */
export function planEnter(entered: EnteredProcess, regs: NamespacesRegs, settings: PlanEnterSettings = {}): NamespacesPlan {
  const { namespaces } = entered;
  const { setgroups = 'allowed', keepGroups } = settings;
  const kinds = namespaceKinds.filter((kind) => namespaces[kind] !== undefined);
  const proc = regs.proc ?? reg('host proc');
  const target = reg('pidfd of the container');
  const start = label('in-between process');
  const [betweenPid, betweenPidfd] = [reg('in-between pid'), reg('in-between pidfd')];

  const between: Op[] = [
    closeFd(regs.sync.host),
    ...armParentDeath(regs.sync),
    ...refusePtrace(),
    ...join(target, kinds, keepGroups),
    // What is cloned has a copy of every fd, and those inside may see it.
    ...[target, proc, ...(regs.cgroupFd === undefined ? [] : [regs.cgroupFd])].map(closeFd),
    ...cloneProcess({
      kinds: [],
      pid: reg('sibling pid'),
      child: regs.containerStart,
      sibling: true,
      joinedPid: kinds.includes('pid'),
      say: 'make the process inside the container',
      pointer: '/linux/namespaces',
    }),
    sys('exit_group', [0], { say: 'leave the process to the host' }),
  ];
  const host: Op[] = [
    ...(regs.proc === undefined ? openHostProc(proc) : []),
    ...openEntered(entered, kinds, { proc, target }),
    ...openChannel(regs.sync),
    ...askForSenders(regs.sync),
    undo(killAndReap(regs.pidfd)),
    undo(killAndReap(betweenPidfd)),
    ...cloneProcess({
      kinds: [],
      pid: betweenPid,
      pidfd: betweenPidfd,
      child: start,
      cgroupFd: regs.cgroupFd,
      say: 'make the process that joins the container',
      pointer: '/linux/namespaces',
    }),
    ...[regs.sync.container, target, ...(regs.proc === undefined ? [proc] : [])].map(closeFd),
    ...awaitBorn(regs.sync, regs.pid),
    sys('pidfd_open', [regs.pid, 0], { to: regs.pidfd, say: 'open the pidfd of the process inside the container' }),
    ...reap(betweenPidfd),
    closeFd(betweenPidfd),
    set(betweenPidfd, -1), // the number may soon be another fd's, and the undo must not meet that one
  ];
  return {
    host,
    afterClone: [],
    go: sendGo(regs.sync),
    container: [...armParentDeath(regs.sync), ...sendBorn(regs.sync), ...awaitGo(regs.sync)],
    sections: [section('in-between', start, between, sendFailure(regs.sync), origin)],
    setgroups,
  };
}

/** Opens the process's pidfd and makes sure that it is the one that was found, in the namespaces that were found. */
function openEntered(
  { pid, pidfdInode, namespaces }: EnteredProcess,
  kinds: readonly NamespaceKind[],
  { proc, target }: { proc: Reg; target: Reg },
): Op[] {
  const stat = buf('statx', STATX_SIZE);
  const result = reg('result');
  const ino = reg('inode');
  const expectInode = (expected: bigint, otherwise: string): Op[] => {
    const same = label('the same');
    return [
      load(at(stat, statxField.ino.offset), statxField.ino.size, ino),
      branch(ino, '==', BigInt.asIntN(64, expected), same),
      raise(otherwise),
      here(same),
    ];
  };
  const say = "open the pidfd of the container's first process";
  return [
    ...explained({ name: 'pidfd_open', args: [pid, 0], to: result, say }, { ESRCH: GONE, EINVAL: GONE }),
    set(target, result),
    sys('statx', [target, '', AT.EMPTY_PATH, STATX.INO, stat], { say }),
    ...expectInode(BigInt(pidfdInode), `${GONE}, and process ${String(pid)} is another one`),
    ...kinds.flatMap((kind): Op[] => {
      const path = `${String(pid)}/ns/${namespaceFacts[kind].file}`;
      return [
        ...explained(
          {
            name: 'statx',
            args: [proc, path, AT.STATX_DONT_SYNC, STATX.INO, stat],
            to: result,
            say: `look at the ${kind} namespace of the container`,
          },
          { ENOENT: GONE, ESRCH: GONE },
        ),
        ...expectInode(BigInt(namespaces[kind] ?? 0), `the ${kind} namespace of the container is another than a moment ago`),
      ];
    }),
  ];
}

/** Joins them all at once, the user namespace first as the kernel has it. */
function join(target: Reg, kinds: readonly NamespaceKind[], keepGroups: boolean | undefined): Op[] {
  if (kinds.length === 0) return [];
  const pointer = '/linux/namespaces';
  const say = `join the ${kinds.join(', ')} ${kinds.length === 1 ? 'namespace' : 'namespaces'} of the container`;
  const call = { name: 'setns', args: [target, flagsOf(kinds)], to: reg('joined'), say, pointer };
  return [
    ...explained(call, {
      ESRCH: GONE,
      EPERM: 'they belong to another user, or to a user namespace outside of the container',
    }),
    // A change of ids may open the process to ptrace again (/proc/sys/fs/suid_dumpable).
    ...(kinds.includes('user') ? [...becomeRootIfMapped(pointer, { keepGroups }), ...refusePtrace()] : []),
  ];
}
