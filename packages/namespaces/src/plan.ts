import { O, PR } from '@standpipe/syscalls';
import {
  closeFd,
  type Label,
  label,
  type Op,
  openHostProc,
  openProcessFile,
  type Origin,
  type Reg,
  reg,
  section,
  type Section,
  set,
  sys,
  undo,
} from '@standpipe/program';
import { becomeMappedRoot, becomeRootIfMapped } from './become-root.js';
import { cloneProcess, flagsOf, killAndReap, reap, refusalsOf } from './clone.js';
import { needsUserNamespace } from './errors.js';
import { explained } from './explained.js';
import {
  armParentDeath,
  askForSenders,
  awaitBorn,
  awaitGo,
  type Channel,
  openChannel,
  refusePtrace,
  sendBorn,
  sendFailure,
  sendGo,
} from './handshake.js';
import { type NamespacesInput, type NamespacesIntent, parseNamespaces } from './input.js';
import { joinAll, joinThroughUser, type OpenedNamespace, planOpenNamespace } from './join.js';
import { describeKinds, type NamespaceKind, namespaceFacts } from './kinds.js';
import { deniesSetgroups, type OrdinaryUser, planIdMaps } from './map-writer.js';
import { issuesForOrdinaryUser, type SetgroupsAnswer } from './privilege.js';

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
  /** setgroups is denied in our own user namespace, and so in all below it: /proc/self/setgroups says "deny". */
  readonly setgroupsDenied?: boolean | undefined;
  /** The supplementary groups of who runs the container stay. */
  readonly keepGroups?: boolean | undefined;
  /** Where `linux` lies in the config: `/linux` when left out. */
  readonly pointer?: string | undefined;
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
  /** May the container call setgroups(2)? */
  readonly setgroups: SetgroupsAnswer;
  /** Host, behind the clone: the way to the container's own network namespace. The fd of one that is joined is open until `afterClone`. */
  readonly network?: { readonly pidfd: Reg } | { readonly netns: Reg } | undefined;
}

const origin: Origin = { plugin: 'namespaces', step: 'clone' };

/**
 * Plans the namespaces of a container: the clone with everything around it.
 *
 * Mostly one clone3(2) makes them all and the container's process joins the others itself. But into a pid
 * namespace that is joined and a time namespace whose clocks are set, a process can't go, only its children are
 * born there: for those the host steps in before the clone and back behind it. And what is made after joining a
 * user namespace belongs to that one; what is joined before making one needs the privileges of outside: there an
 * in-between process joins, clones the container as its sibling, and ends.
 *
 * Whoever joins is closed to ptrace first: there may be others in there, and what they could take hold
 * of has fds of the host, and at first its privileges (CVE-2016-9962).
 *
 * A new cgroup namespace is always made by the container after `go`, for its root is the cgroup one is in at that moment.
 *
 * @throws SpecError with every issue of the input; NotSupportedError when a helper is needed for the id maps and there is none
 */
export function planNamespaces(input: PlanNamespacesInput, regs: NamespacesRegs): NamespacesPlan {
  const intent = parseNamespaces(input, input.pointer);
  const { rootless, setgroupsDenied = false, keepGroups = false } = input;
  if (rootless !== undefined) {
    const issues = issuesForOrdinaryUser(intent);
    if (issues.length > 0) throw needsUserNamespace(issues, rootless);
  }

  const proc = regs.proc ?? reg('host proc');
  const opened = intent.joined.map((joined): OpenedNamespace => ({ ...joined, fd: reg(`${joined.kind} namespace`) }));
  const newUser = intent.created.has('user');
  const joinsUser = opened.some(({ kind }) => kind === 'user');
  const denied = setgroupsDenied || (newUser && deniesSetgroups({ gidMappings: intent.gidMappings, rootless }));
  const setgroups = joinsUser ? 'unknown' : denied ? 'denied' : 'allowed';
  const pointer = `${intent.pointer}/namespaces`;

  const between = joinsUser || (newUser && (opened.length > 0 || intent.timeOffsets !== ''));
  const way = between ? throughBetween(intent, opened, regs, proc, keepGroups) : direct(intent, opened, regs, proc);
  const join = between ? [] : opened.filter(({ kind }) => kind !== 'pid');

  const host: Op[] = [
    ...(regs.proc === undefined ? openHostProc(proc) : []),
    ...opened.flatMap((namespace) => planOpenNamespace(namespace, namespace.fd)),
    ...openChannel(regs.sync),
    undo(killAndReap(regs.pidfd)),
    ...way.host,
  ];
  const afterClone: Op[] = [
    ...opened.map(({ fd }) => closeFd(fd)),
    ...(newUser ? planIdMaps({ ...intent, rootless }, { proc, pid: regs.pid }) : []),
  ];
  const container: Op[] = [
    closeFd(regs.sync.host),
    ...armParentDeath(regs.sync),
    ...(between ? sendBorn(regs.sync) : []),
    ...awaitGo(regs.sync),
    ...(newUser ? [...becomeMappedRoot({ ...intent, setgroupsDenied: denied, keepGroups }), ...armParentDeath(regs.sync)] : []),
    ...(join.length > 0 ? [...refusePtrace(), ...joinAll(join)] : []),
    ...(intent.created.has('cgroup') ? makeNamespaces(['cgroup'], pointer) : []),
    ...opened.map(({ fd }) => closeFd(fd)),
    ...(regs.proc === undefined ? [closeFd(proc)] : []),
  ];
  const netns = opened.find(({ kind }) => kind === 'network')?.fd;
  const network = netns !== undefined ? { netns } : intent.created.has('network') ? { pidfd: regs.pidfd } : undefined;
  return { host, afterClone, go: sendGo(regs.sync), container, sections: way.sections, setgroups, network };
}

/** The kinds that clone3 makes. It can make a time namespace too, but freezes its offsets at once. */
function clonedKinds(intent: NamespacesIntent, without: readonly NamespaceKind[] = []): NamespaceKind[] {
  return [...intent.created].filter(
    (kind) => kind !== 'cgroup' && !without.includes(kind) && !(kind === 'time' && intent.timeOffsets !== ''),
  );
}

function makeNamespaces(kinds: readonly NamespaceKind[], pointer: string): Op[] {
  const call = { name: 'unshare', args: [flagsOf(kinds)], to: reg('unshare'), say: `make ${describeKinds(kinds)}`, pointer };
  return explained(call, refusalsOf(kinds));
}

/** The clocks of the time namespace that we have made for our children. Opened early: who enters other namespaces may lose the right to. */
function planOffsets(intent: NamespacesIntent, proc: Reg): { open: Op[]; write: Op[] } {
  if (intent.timeOffsets === '') return { open: [], write: [] };
  const file = reg('timens_offsets');
  const say = `set the clocks of the new time namespace: ${intent.timeOffsets.trim().replaceAll('\n', ', ')}`;
  const notes = { say, pointer: `${intent.pointer}/timeOffsets` };
  return {
    open: openProcessFile(proc, ['self/timens_offsets'], O.WRONLY, file, notes),
    write: [sys('write', [file, intent.timeOffsets, intent.timeOffsets.length], notes), closeFd(file)],
  };
}

interface Way {
  readonly host: Op[];
  readonly sections: Section[];
}

/** The host clones the container itself. Where children only can go, it is there for the length of the clone. */
function direct(intent: NamespacesIntent, opened: readonly OpenedNamespace[], regs: NamespacesRegs, proc: Reg): Way {
  const pointer = `${intent.pointer}/namespaces`;
  const enter: Op[] = [];
  const leave: Op[] = [];
  const stepInto = (kind: 'pid' | 'time', ops: readonly Op[]): void => {
    const own = reg(`own ${kind} namespace`);
    enter.push(sys('openat', [proc, `self/ns/${kind}`, O.RDONLY | O.CLOEXEC], { to: own, say: `open our own ${kind} namespace` }), ...ops);
    leave.push(sys('setns', [own, namespaceFacts[kind].flag], { say: `go back to our own ${kind} namespace`, pointer }), closeFd(own));
  };
  if (intent.timeOffsets !== '') {
    const offsets = planOffsets(intent, proc);
    stepInto('time', [...makeNamespaces(['time'], pointer), ...offsets.open, ...offsets.write]);
  }
  const pid = opened.find(({ kind }) => kind === 'pid');
  if (pid !== undefined) {
    // Others see the container there as soon as it is born. We stay outside, so only it has to be closed to them.
    const dumpable = reg('dumpable');
    stepInto('pid', [
      ...joinAll([pid]),
      sys('prctl', [PR.GET_DUMPABLE, 0, 0, 0, 0], { to: dumpable, say: 'look whether the process is open to ptrace' }),
      ...refusePtrace(),
    ]);
    leave.push(sys('prctl', [PR.SET_DUMPABLE, dumpable, 0, 0, 0], { unless: { errno: 'any' } }));
  }
  const clone = cloneProcess({
    kinds: clonedKinds(intent),
    pid: regs.pid,
    pidfd: regs.pidfd,
    child: regs.containerStart,
    cgroupFd: regs.cgroupFd,
    joinedPid: pid !== undefined,
    pointer,
  });
  return { host: [...enter, ...clone, closeFd(regs.sync.container), ...leave], sections: [] };
}

/** An in-between process joins, makes what must be made before the clone, and clones the container as its sibling. */
function throughBetween(
  intent: NamespacesIntent,
  opened: readonly OpenedNamespace[],
  regs: NamespacesRegs,
  proc: Reg,
  keepGroups: boolean,
): Way {
  const pointer = `${intent.pointer}/namespaces`;
  const start = label('in-between process');
  const [betweenPid, betweenPidfd] = [reg('in-between pid'), reg('in-between pidfd')];

  const offsets = planOffsets(intent, proc);
  const early: NamespaceKind[] = intent.timeOffsets === '' ? [] : intent.created.has('user') ? ['user', 'time'] : ['time'];
  const makeEarly = early.length === 0 ? [] : [...makeNamespaces(early, pointer), ...offsets.write];
  const user = opened.find(({ kind }) => kind === 'user');
  const join =
    user === undefined
      ? [...joinAll(opened), ...makeEarly]
      : [...joinThroughUser(opened, becomeRootIfMapped(user.pointer, { keepGroups })), ...makeEarly];

  const clone = cloneProcess({
    kinds: clonedKinds(intent, early),
    pid: reg('sibling pid'),
    child: regs.containerStart,
    sibling: true,
    joinedPid: opened.some(({ kind }) => kind === 'pid'),
    pointer,
  });
  const ops: Op[] = [
    closeFd(regs.sync.host),
    ...armParentDeath(regs.sync),
    ...offsets.open,
    ...(opened.length > 0 ? refusePtrace() : []),
    ...join,
    ...clone,
    sys('exit_group', [0], { say: 'leave the container to the host' }),
  ];
  const host: Op[] = [
    ...askForSenders(regs.sync),
    undo(killAndReap(betweenPidfd)),
    ...cloneProcess({
      kinds: [],
      pid: betweenPid,
      pidfd: betweenPidfd,
      child: start,
      cgroupFd: regs.cgroupFd,
      say: 'make the process that joins namespaces',
      pointer,
    }),
    closeFd(regs.sync.container),
    // When nobody comes, both the in-between process and the container are gone, and with them the other end.
    ...awaitBorn(regs.sync, regs.pid),
    sys('pidfd_open', [regs.pid, 0], { to: regs.pidfd, say: "open the container's pidfd" }),
    ...reap(betweenPidfd),
    closeFd(betweenPidfd),
    set(betweenPidfd, -1), // the number may soon be another fd's, and the undo must not meet that one
  ];
  return { host, sections: [section('in-between', start, ops, sendFailure(regs.sync), origin)] };
}
