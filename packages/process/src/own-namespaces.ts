import type { SpecIssue } from '@standpipe/errors';
import { AT, O, STATX } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  closeFd,
  here,
  label,
  load,
  type Op,
  openProcFile,
  raise,
  type Reg,
  reg,
  statxField,
  sys,
} from '@standpipe/program';

/** An entry of `linux.namespaces`. */
export interface NamespaceEntry {
  readonly type: string;
  /** Joined instead of made. */
  readonly path?: string | undefined;
}

/** A part of the config that changes what belongs to a namespace, and which kind that is. */
export interface NamespaceNeed {
  readonly kind: 'ipc' | 'network' | 'user' | 'uts';
  /** `the sysctl "net.ipv4.ip_forward"`. */
  readonly what: string;
  readonly pointer: string;
}

const procNames = { ipc: 'ipc', network: 'net', user: 'user', uts: 'uts' } as const;
const STATX_SIZE = 256;

/** Issues for what would change a namespace of the runtime's own, since the container has none of that kind. */
export function missingNamespaces(needs: readonly NamespaceNeed[], namespaces: readonly NamespaceEntry[]): SpecIssue[] {
  return needs
    .filter(({ kind }) => !namespaces.some(({ type }) => type === kind))
    .map(({ kind, what, pointer }) => ({
      pointer,
      message: `${what} would be set for the whole host`,
      expected: `a ${kind} namespace of the container's own`,
    }));
}

/** Ops of the two halves. */
export interface OwnNamespacesPlan {
  /** Host, before the clone: which namespaces are ours. */
  readonly host: Op[];
  /** Container, once it has joined its own. */
  readonly container: Op[];
}

/**
 * Plans the proof that a namespace joined by path isn't the one that the runtime itself is in. What a
 * path leads to is known only when it was opened, so this can't be checked before.
 */
export function planOwnNamespaces(
  needs: readonly NamespaceNeed[],
  namespaces: readonly NamespaceEntry[],
  regs: { hostProc: Reg; proc: Reg },
): OwnNamespacesPlan {
  const plan: OwnNamespacesPlan = { host: [], container: [] };
  for (const { type, path = '' } of namespaces) {
    const need = needs.find(({ kind }) => kind === type);
    if (need === undefined || path === '') continue;
    const file = `self/ns/${procNames[need.kind]}`;
    const { pointer } = need;
    const [ours, its, other] = [reg(`our ${type} namespace`), reg(`its ${type} namespace`), label('another namespace')];
    plan.host.push(...inodeOf(regs.hostProc, file, ours, { say: `look at our own ${type} namespace`, pointer }));
    plan.container.push(
      ...inodeOf(regs.proc, file, its, { say: `look at the ${type} namespace of the container`, pointer }),
      branch(its, '!=', ours, other),
      raise(`${need.what} would be set for the whole host: the ${type} namespace ${JSON.stringify(path)} is the host's`, { pointer }),
      here(other),
    );
  }
  return plan;
}

/** The inode number that a magic link of a verified procfs leads to. It is followed only once it is seen to be that link, and no mount over it. */
function inodeOf(proc: Reg, file: string, to: Reg, notes: { say: string; pointer: string }): Op[] {
  const link = reg('namespace link');
  const stat = buf('statx', STATX_SIZE);
  return [
    openProcFile(proc, file, O.PATH | O.NOFOLLOW, link, notes),
    closeFd(link),
    sys('statx', [proc, file, AT.STATX_DONT_SYNC, STATX.INO, stat], notes),
    load(at(stat, statxField.ino.offset), statxField.ino.size, to),
  ];
}
