import { type Op, type Probe, probeOps, reg, sys } from '@standpipe/program';
import { CLONE } from '@standpipe/syscalls';
import { namespaceFacts, namespaceKinds } from './kinds.js';
import { findIdMapHelpers } from './ordinary-user.js';
import { namespacesOf } from './read.js';
import { parseSubids, type SubidOwner } from './subids.js';

const group = 'namespaces';
const NOBODY = 65534;

export interface ProbeNamespacesInput {
  /** Of who makes them. */
  readonly uid: number;
  /** By what /etc/subuid may call that user. */
  readonly userName?: string | undefined;
  /** Content of a small file, or undefined when it can't be read. */
  readonly readText: (path: string) => string | undefined;
  readonly systemProgram?: ((name: string) => string | undefined) | undefined;
}

/** What this library needs of the kernel and of the system. */
export function probeNamespaces(input: ProbeNamespacesInput): Probe[] {
  const self = reg('self');
  const pidfd = reg('pidfd');
  return [
    kinds(),
    // Without arguments it can only refuse.
    probeOps({
      group,
      what: 'processes made in new namespaces (clone3)',
      kernel: '5.3',
      known: ['EINVAL'],
      essential: true,
      ops: [sys('clone3', [null, 0])],
    }),
    probeOps({
      group,
      what: "a container's namespaces joined by pidfd, as exec does",
      kernel: '5.8',
      // An older kernel doesn't get as far as to who may.
      known: ['EPERM'],
      ops: [sys('getpid', [], { to: self }), sys('pidfd_open', [self, 0], { to: pidfd }), sys('setns', [pidfd, CLONE.NEWUTS])],
    }),
    ordinaryUsers(input),
    subids(input),
  ];
}

function kinds(): Probe {
  const here = namespacesOf('self');
  const missing = namespaceKinds.filter((kind) => here[kind] === undefined);
  const what = `kinds: ${namespaceKinds.filter((kind) => here[kind] !== undefined).join(', ')}`;
  if (missing.length === 0) return { group, what, outcome: 'yes' };
  const wanted = missing.map((kind) => `${kind} (Linux ${namespaceFacts[kind].sinceKernel})`);
  return {
    group,
    what: `kinds: ${missing.join(', ')}`,
    outcome: 'no',
    fix: `needs a kernel with ${wanted.join(', ')}: CONFIG_NAMESPACES and its kin`,
    essential: missing.includes('mount') || missing.includes('pid'),
  };
}

/** Done as a user who is nobody, so that root is told of others. */
function ordinaryUsers({ uid, readText }: ProbeNamespacesInput): Probe {
  const leaveRoot: Op[] =
    uid === 0 ? [sys('setgroups', [0, null]), sys('setresgid', [NOBODY, NOBODY, NOBODY]), sys('setresuid', [NOBODY, NOBODY, NOBODY])] : [];
  const what = uid === 0 ? 'user namespaces for ordinary users' : 'user namespaces for this user';
  // The second one takes a privilege in the first, which AppArmor may keep back.
  const tried = probeOps({ group, what, ops: [...leaveRoot, sys('unshare', [CLONE.NEWUSER]), sys('unshare', [CLONE.NEWNS])] });
  if (tried.outcome === 'yes') return tried;
  return { ...tried, outcome: 'no', fix: whyClosed(readText), essential: uid !== 0 };
}

function whyClosed(readText: ProbeNamespacesInput['readText']): string {
  const value = (path: string): string | undefined => readText(`/proc/sys/${path}`)?.trim();
  if (value('kernel/unprivileged_userns_clone') === '0') return 'sysctl kernel.unprivileged_userns_clone=1';
  if (value('user/max_user_namespaces') === '0') return 'sysctl user.max_user_namespaces=15000';
  if (value('kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return 'an AppArmor profile for the runtime that allows userns, or sysctl kernel.apparmor_restrict_unprivileged_userns=0';
  }
  return 'needs a kernel with CONFIG_USER_NS, and no seccomp filter or security module around this process that forbids unshare(2)';
}

function subids({ uid, userName, readText, systemProgram }: ProbeNamespacesInput): Probe {
  const what = 'more than one id mapped for ordinary users';
  const { newuidmap, newgidmap } = findIdMapHelpers(systemProgram);
  if (newuidmap === undefined || newgidmap === undefined) {
    return {
      group,
      what,
      outcome: 'no',
      found: 'there are no newuidmap and newgidmap',
      fix: 'install the package uidmap (shadow-utils on Fedora)',
    };
  }
  const files = ['/etc/subuid', '/etc/subgid'];
  if (uid === 0) {
    const given = files.every((file) => /^[^#\s][^:]*:\d+:\d+/m.test(readText(file) ?? ''));
    return given
      ? { group, what, outcome: 'yes' }
      : {
          group,
          what,
          outcome: 'no',
          found: 'nobody has ids in /etc/subuid and /etc/subgid',
          fix: 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER',
        };
  }
  const owner: SubidOwner = { uid, name: userName };
  try {
    if (files.every((file) => parseSubids(readText(file) ?? '', owner, file).length > 0))
      return { group, what: 'more than one id mapped for this user', outcome: 'yes' };
  } catch (error) {
    return { group, what, outcome: 'no', found: (error as Error).message, fix: 'mend that line' };
  }
  const name = userName ?? String(uid);
  return {
    group,
    what: 'more than one id mapped for this user',
    outcome: 'no',
    found: `/etc/subuid and /etc/subgid give ${name} none`,
    fix: `as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${name}`,
  };
}
