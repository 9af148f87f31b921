import { O } from '@standpipe/syscalls';
import { type Label, label, type Op, openHostProc, type Origin, type Reg, reg, section, type Section, sys, undo, writeProcessFile } from '@standpipe/program';
import { becomeMappedRoot, becomeRootIfMapped } from './become-root.js';
import { cloneProcess, flagsOf, killAndReap, reap } from './clone.js';
import { armParentDeath, awaitGo, awaitPacket, type Channel, openChannel, packetKind, sendFailure, sendGo, sendValue } from './handshake.js';
import { type NamespacesInput, type NamespacesIntent, parseNamespaces } from './input.js';
import { joinAll, joinThroughUser, type OpenedNamespace, planOpenNamespace } from './join.js';
import { type NamespaceKind, namespaceFacts } from './kinds.js';
import { deniesSetgroups, type OrdinaryUser, planIdMaps } from './map-writer.js';

/** What the plan works with; all registers are the caller's. */
export interface NamespacesRegs {
  /** Gets the two ends of the set-up channel. */
  readonly sync: Channel;
  /** Gets the container's pid, as the host sees it. */
  readonly pid: Reg;
  /** Gets the container's pidfd. Set it to -1 once the container may outlive the host half. */
  readonly pidfd: Reg;
  /** Where the container's half begins. */
  readonly containerStart: Label;
  /** The host's procfs, as `openHostProc` opens it. The plan opens one itself when left out. */
  readonly proc?: Reg | undefined;
  /** A directory of cgroup v2 to be born in. */
  readonly cgroupFd?: Reg | undefined;
}

export interface PlanNamespacesInput extends NamespacesInput {
  /** The host half runs as an ordinary user, without CAP_SETUID and CAP_SETGID. */
  readonly rootless?: OrdinaryUser | undefined;
  /** Where `linux` lies in the config: `/linux` when left out. */
  readonly pointer?: string | undefined;
  /** Whom the ops of an in-between process are by. */
  readonly origin?: Origin | undefined;
}

/** The way into a container's namespaces: each part is ops of one half, in the order in which they run. */
export interface NamespacesPlan {
  /** Host, up to and with the clone. A failure later in the host half kills and reaps the container. */
  readonly host: Op[];
  /** Host: writes the id maps of the container's process. What else has to be done to it from outside (its cgroup, its network devices) belongs before `go`. */
  readonly afterClone: Op[];
  /** Host: lets the container go on. */
  readonly go: Op[];
  /** Container, before anything else: waits for `go`, is root in its user namespace, joins the rest. */
  readonly container: Op[];
  /** Further sections for the program: the in-between process where one is needed. */
  readonly sections: Section[];
}

const defaultOrigin: Origin = { plugin: 'namespaces', step: 'clone' };

/**
 * Plans the namespaces of a container: the clone with everything around it.
 *
 * Mostly one clone3(2) makes them all and the container's process joins the others itself. A
 * process can't enter a pid or time namespace, only its children are born there: for those the host
 * steps in before the clone and back behind it. And what is made after joining a user namespace
 * belongs to that one; what is joined before making one needs the privileges of outside: there an
 * in-between process joins, clones the container as its sibling, and ends.
 *
 * A new cgroup namespace is always made by the container after `go`, for its root is the cgroup one is in at that moment.
 *
 * @throws SpecError with every issue of the input
 */
export function planNamespaces(input: PlanNamespacesInput, regs: NamespacesRegs): NamespacesPlan {
  const intent = parseNamespaces(input, input.pointer);
  const proc = regs.proc ?? reg('host proc');
  const opened = intent.joined.map((joined): OpenedNamespace => ({ ...joined, fd: reg(`${joined.kind} namespace`) }));
  const newUser = intent.created.has('user');
  const pointer = `${intent.pointer}/namespaces`;
  const setgroupsDenied = deniesSetgroups({ gidMappings: intent.gidMappings, rootless: input.rootless });

  const joinsUser = opened.some(({ kind }) => kind === 'user');
  const between = joinsUser || (newUser && (opened.length > 0 || intent.timeOffsets !== ''));
  const way = between
    ? throughBetween(intent, opened, regs, proc, input.origin ?? defaultOrigin)
    : { ...direct(intent, opened, regs, proc), sections: [] };

  const host: Op[] = [
    ...(regs.proc === undefined ? openHostProc(proc) : []),
    ...opened.flatMap((namespace) => planOpenNamespace(namespace, namespace.fd)),
    ...openChannel(regs.sync),
    undo(killAndReap(regs.pidfd)),
    ...way.host,
  ];
  const afterClone: Op[] = [
    ...opened.map(({ fd }) => sys('close', [fd], { unless: { errno: 'any' } })),
    ...(newUser
      ? planIdMaps({ uidMappings: intent.uidMappings, gidMappings: intent.gidMappings, rootless: input.rootless, pointer: intent.pointer }, { proc, pid: regs.pid })
      : []),
  ];
  const container: Op[] = [
    sys('close', [regs.sync.host], { unless: { errno: 'any' } }),
    ...armParentDeath(regs.sync),
    ...awaitGo(regs.sync),
    ...(newUser
      ? [...becomeMappedRoot({ ...intent, setgroupsDenied }), ...armParentDeath(regs.sync)]
      : []),
    ...(between ? [] : joinAll(opened.filter(({ kind }) => kind !== 'pid'))),
    ...(intent.created.has('cgroup') ? [sys('unshare', [namespaceFacts.cgroup.flag], { say: 'make a new cgroup namespace', pointer })] : []),
  ];
  return { host, afterClone, go: sendGo(regs.sync), container, sections: way.sections };
}

/** The kinds that clone3 makes. It can make a time namespace too, but freezes its offsets at once. */
function clonedKinds(intent: NamespacesIntent, without: readonly NamespaceKind[] = []): NamespaceKind[] {
  return [...intent.created].filter(
    (kind) => kind !== 'cgroup' && !without.includes(kind) && !(kind === 'time' && intent.timeOffsets !== ''),
  );
}

function writeOffsets(intent: NamespacesIntent, proc: Reg): Op[] {
  return writeProcessFile(proc, ['self/timens_offsets'], intent.timeOffsets, {
    say: `set the clocks of the new time namespace: ${intent.timeOffsets.trim().replaceAll('\n', ', ')}`,
    pointer: `${intent.pointer}/timeOffsets`,
  });
}

/** The host clones the container itself. Where children only can go, it is there for the length of the clone. */
function direct(intent: NamespacesIntent, opened: readonly OpenedNamespace[], regs: NamespacesRegs, proc: Reg): { host: Op[] } {
  const pointer = `${intent.pointer}/namespaces`;
  const enter: Op[] = [];
  const leave: Op[] = [];
  const stepInto = (kind: 'pid' | 'time', ops: readonly Op[]): void => {
    const own = reg(`own ${kind} namespace`);
    enter.push(sys('openat', [proc, `self/ns/${kind}`, O.RDONLY | O.CLOEXEC], { to: own, say: `open our own ${kind} namespace` }), ...ops);
    leave.push(sys('setns', [own, namespaceFacts[kind].flag], { say: `go back to our own ${kind} namespace`, pointer }), sys('close', [own], { unless: { errno: 'any' } }));
  };
  const pid = opened.find(({ kind }) => kind === 'pid');
  if (pid !== undefined) stepInto('pid', joinAll([pid]));
  if (intent.timeOffsets !== '') {
    stepInto('time', [sys('unshare', [namespaceFacts.time.flag], { say: 'make a new time namespace', pointer }), ...writeOffsets(intent, proc)]);
  }
  const clone = cloneProcess({ kinds: clonedKinds(intent), pid: regs.pid, pidfd: regs.pidfd, child: regs.containerStart, cgroupFd: regs.cgroupFd, pointer });
  return { host: [...enter, ...clone, sys('close', [regs.sync.container]), ...leave] };
}

/** An in-between process joins, makes what must be made before the clone, and clones the container as its sibling. */
function throughBetween(
  intent: NamespacesIntent,
  opened: readonly OpenedNamespace[],
  regs: NamespacesRegs,
  proc: Reg,
  origin: Origin,
): { host: Op[]; sections: Section[] } {
  const pointer = `${intent.pointer}/namespaces`;
  const start = label('in-between process');
  const betweenPid = reg('in-between pid');
  const betweenPidfd = reg('in-between pidfd');
  const sibling = reg('sibling pid');

  const early: NamespaceKind[] = [];
  if (intent.timeOffsets !== '') early.push('time', ...(intent.created.has('user') ? (['user'] as const) : []));
  const makeEarly: Op[] =
    early.length === 0
      ? []
      : [sys('unshare', [flagsOf(early)], { say: 'make a new time namespace', pointer }), ...writeOffsets(intent, proc)];
  const user = opened.find(({ kind }) => kind === 'user');
  const join =
    user === undefined
      ? [...joinAll(opened), ...makeEarly]
      // The offsets first: who has changed ids may no longer open its own /proc files.
      : joinThroughUser(opened, [...makeEarly, ...becomeRootIfMapped(user.pointer)]);

  const ops: Op[] = [
    sys('close', [regs.sync.host], { unless: { errno: 'any' } }),
    ...armParentDeath(regs.sync),
    ...join,
    ...cloneProcess({ kinds: clonedKinds(intent, early), pid: sibling, child: regs.containerStart, sibling: true, pointer }),
    ...sendValue(regs.sync, packetKind.born, sibling, "tell the host the container's pid"),
    sys('exit_group', [0]),
  ];
  const host: Op[] = [
    undo(killAndReap(betweenPidfd)),
    ...cloneProcess({ kinds: [], pid: betweenPid, pidfd: betweenPidfd, child: start, cgroupFd: regs.cgroupFd, pointer }),
    sys('close', [regs.sync.container]),
    ...awaitPacket(regs.sync, regs.pid, { say: "wait for the container's process to be made" }),
    ...reap(betweenPidfd),
    sys('close', [betweenPidfd]),
    sys('pidfd_open', [regs.pid, 0], { to: regs.pidfd, say: "open the container's pidfd" }),
  ];
  return { host, sections: [section('in-between', start, ops, sendFailure(regs.sync), origin)] };
}
