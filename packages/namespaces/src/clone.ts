import { at, branch, buf, type Label, load, type Op, type Reg, store, sys, words } from '@standpipe/program';
import { CLONE, P, W } from '@standpipe/syscalls';
import { explained } from './explained.js';
import { describeKinds, type NamespaceKind, namespaceFacts } from './kinds.js';
import { SIGCHLD, SIGKILL } from './signals.js';

/** Offset of `cgroup` in struct clone_args. */
const CGROUP_FIELD = 80;

export function flagsOf(kinds: Iterable<NamespaceKind>): number {
  let flags = 0;
  for (const kind of kinds) flags |= namespaceFacts[kind].flag;
  return flags >>> 0;
}

/** What the errnos of clone3 and unshare mean when they make namespaces. */
export function refusalsOf(kinds: readonly NamespaceKind[]): Readonly<Record<string, string>> {
  return {
    ENOSPC: 'a limit in /proc/sys/user is reached, or they are nested too deep',
    EINVAL: 'this kernel may lack one of the kinds',
    EPERM: kinds.includes('user')
      ? 'user namespaces are closed to ordinary users here'
      : 'it takes root, or a new user namespace with them',
  };
}

/** What they mean for a process that is to be born in a cgroup. */
const cgroupRefusals = {
  EBUSY: 'its cgroup gives controllers to cgroups below it, and then v2 lets no process in',
  EOPNOTSUPP: 'its cgroup is threaded',
  ENODEV: 'its cgroup is being removed',
};

export interface CloneSettings {
  readonly kinds: readonly NamespaceKind[];
  readonly pid: Reg;
  /** Where the child goes on. */
  readonly child: Label;
  readonly pointer: string;
  /** What is attempted; by default that the container's process is made, and in what. */
  readonly say?: string | undefined;
  readonly pidfd?: Reg | undefined;
  readonly cgroupFd?: Reg | undefined;
  /** The child becomes a sibling: its parent is ours. */
  readonly sibling?: boolean;
  /** It is born in a pid namespace that was joined. */
  readonly joinedPid?: boolean;
}

/**
 * Makes a process in new namespaces, all of them in the one system call: the kernel makes the user
 * namespace first, and it owns the others.
 *
 * @man clone3(2)
 * @kernel 5.3; 5.7 with `cgroupFd`
 * @errno ENOSPC a limit of /proc/sys/user/max_*_namespaces is reached
 * @errno EPERM new namespaces need CAP_SYS_ADMIN, or a new user namespace with them
 * @errno ENOMEM the first process of the pid namespace has ended
 */
export function cloneProcess(settings: CloneSettings): Op[] {
  const { kinds, pid, child, pointer, pidfd, cgroupFd, sibling = false, joinedPid = false } = settings;
  const { say = kinds.length === 0 ? "make the container's process" : `make the container's process in ${describeKinds(kinds)}` } =
    settings;
  const cell = buf('pidfd', 4);
  let flags = BigInt(flagsOf(kinds));
  if (pidfd !== undefined) flags |= BigInt(CLONE.PIDFD);
  if (sibling) flags |= BigInt(CLONE.PARENT);
  if (cgroupFd !== undefined) flags |= BigInt(CLONE.INTO_CGROUP);
  // A sibling's exit signal is that of its cloner, and must not be given.
  const args = words('clone_args', [flags, pidfd === undefined ? 0 : cell, 0, 0, sibling ? 0 : SIGCHLD, 0, 0, 0, 0, 0, 0]);
  const meanings = {
    ...(kinds.length === 0 ? {} : refusalsOf(kinds)),
    ...(cgroupFd !== undefined && kinds.length === 0 ? cgroupRefusals : {}),
    ...(joinedPid ? { ENOMEM: 'the first process of the pid namespace has ended' } : {}),
  };
  const call = { name: 'clone3', args: [args, args.size], to: pid, say, pointer };
  return [
    ...(cgroupFd === undefined ? [] : [store(at(args, CGROUP_FIELD), 8, cgroupFd)]),
    ...(Object.keys(meanings).length === 0 ? [sys(call.name, call.args, { to: pid, say, pointer })] : explained(call, meanings)),
    branch(pid, '==', 0, child),
    ...(pidfd === undefined ? [] : [load(cell, 4, pidfd)]),
  ];
}

/** Waits until the process of a pidfd, a child of ours, has ended, and reaps it. */
export function reap(pidfd: Reg): Op[] {
  return [sys('waitid', [P.PIDFD, pidfd, null, W.EXITED, null], { unless: { errno: 'any' } })];
}

/** Kills the process of a pidfd and reaps it. With the register set to -1 nothing happens. */
export function killAndReap(pidfd: Reg): Op[] {
  return [sys('pidfd_send_signal', [pidfd, SIGKILL, null, 0], { unless: { errno: 'any' } }), ...reap(pidfd)];
}
