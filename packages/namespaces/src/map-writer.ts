import { CLD, CLONE, P, W } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  closeFd,
  compute,
  format,
  here,
  label,
  load,
  type Op,
  raise,
  type Reg,
  reg,
  sys,
  words,
  writeProcessFile,
} from '@standpipe/program';
import { noIdMapHelper } from './errors.js';
import { formatIdMap, type IdMapping } from './id-map.js';
import { SIG_SETMASK, SIGCHLD, SIGSET_SIZE } from './signals.js';

/** Who writes the maps when not root: whose ids, and the setuid programs that may write more than those. */
export interface OrdinaryUser {
  readonly euid: number;
  readonly egid: number;
  /** Absolute paths, as `findIdMapHelpers` gives them. */
  readonly newuidmap?: string | undefined;
  readonly newgidmap?: string | undefined;
}

export interface IdMapsInput {
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
  /** Left out: the writer has CAP_SETUID and CAP_SETGID. */
  readonly rootless?: OrdinaryUser | undefined;
  readonly pointer: string;
}

/** True when an ordinary user may write this map without help. @man user_namespaces(7) */
function isOwnIdOnly(mappings: readonly IdMapping[], ownId: number): boolean {
  const [only] = mappings;
  return mappings.length === 1 && only?.size === 1 && only.hostID === ownId;
}

/** True when the namespace must forbid setgroups(2), or the kernel refuses its gid map. */
export function deniesSetgroups(input: Pick<IdMapsInput, 'gidMappings' | 'rootless'>): boolean {
  return input.rootless !== undefined && isOwnIdOnly(input.gidMappings, input.rootless.egid);
}

/**
 * Host ops that write the maps of the user namespace that process `pid` is in: the gid map first,
 * with setgroups denied where the kernel asks for that, then the uid map. An ordinary user's own single id is
 * written directly, anything more by newuidmap and newgidmap, which look into /etc/subuid and /etc/subgid.
 *
 * @throws NotSupportedError when a helper is needed and there is none
 * @man user_namespaces(7), newuidmap(1)
 */
export function planIdMaps(input: IdMapsInput, regs: { readonly proc: Reg; readonly pid: Reg }): Op[] {
  const { uidMappings, gidMappings, rootless, pointer } = input;
  const { proc, pid } = regs;
  const ops: Op[] = [];
  const write = (file: 'uid_map' | 'gid_map', field: string, mappings: readonly IdMapping[]): Op[] =>
    writeProcessFile(proc, [pid, `/${file}`], formatIdMap(mappings), {
      say: `write the ${file.replace('_', ' ')} ${describeMap(mappings)}`,
      pointer: `${pointer}/${field}`,
    });

  if (deniesSetgroups(input)) {
    ops.push(
      ...writeProcessFile(proc, [pid, '/setgroups'], 'deny', {
        say: 'deny setgroups in the new user namespace',
        pointer: `${pointer}/gidMappings`,
      }),
    );
  }
  if (rootless === undefined || isOwnIdOnly(gidMappings, rootless.egid)) ops.push(...write('gid_map', 'gidMappings', gidMappings));
  else ops.push(...runHelper('newgidmap', rootless.newgidmap, pid, gidMappings, `${pointer}/gidMappings`));
  if (rootless === undefined || isOwnIdOnly(uidMappings, rootless.euid)) ops.push(...write('uid_map', 'uidMappings', uidMappings));
  else ops.push(...runHelper('newuidmap', rootless.newuidmap, pid, uidMappings, `${pointer}/uidMappings`));
  return ops;
}

function describeMap(mappings: readonly IdMapping[]): string {
  const shown = mappings.slice(0, 3).map(({ containerID, hostID, size }) => `${String(containerID)} ${String(hostID)} ${String(size)}`);
  return `"${shown.join(', ')}${mappings.length > 3 ? ', …' : ''}"`;
}

/** A child could not execute the helper: it exits with this and the errno added. Helpers exit with 0 or 1. */
const EXEC_FAILED = 128;

/**
 * Forks a child that becomes the helper, and waits for it. It gets no fds but the standard streams, and
 * no blocked signals, so that it can be interrupted. Of what it refuses it tells on standard error.
 */
function runHelper(
  name: 'newuidmap' | 'newgidmap',
  path: string | undefined,
  pid: Reg,
  mappings: readonly IdMapping[],
  pointer: string,
): Op[] {
  if (path === undefined) throw noIdMapHelper(name, pointer);
  const pidText = buf('pid', 16);
  const ranges = mappings.flatMap(({ containerID, hostID, size }) => [String(containerID), String(hostID), String(size)]);
  const argv = words(`${name} argv`, [path, pidText, ...ranges, null]);
  const pidfdCell = buf('helper pidfd', 4);
  const args = words('clone_args', [CLONE.PIDFD, pidfdCell, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0]);
  const siginfo = buf('siginfo', 128);
  const [child, pidfd, code, status, errno] = [reg(name), reg(`${name} pidfd`), reg('si_code'), reg('si_status'), reg('errno')];
  const [parent, refused, done] = [label('parent'), label('helper refused'), label('helper done')];
  const run = `run ${path}`;
  const tolerant = { unless: { errno: 'any' } } as const;
  return [
    format(pidText, [pid]),
    sys('clone3', [args, args.size], { to: child, say: run, pointer }),
    branch(child, '!=', 0, parent),
    sys('rt_sigprocmask', [SIG_SETMASK, new Uint8Array(SIGSET_SIZE), null, SIGSET_SIZE], tolerant),
    sys('close_range', [3, 0xffff_ffff, 0], tolerant),
    sys('execve', [path, argv, words('no environment', [null])], { to: errno, ...tolerant }),
    compute(status, EXEC_FAILED, '-', errno),
    sys('exit_group', [status], tolerant),
    here(parent),
    load(pidfdCell, 4, pidfd),
    sys('waitid', [P.PIDFD, pidfd, siginfo, W.EXITED, null], { say: `wait for ${name}`, pointer }),
    closeFd(pidfd),
    load(at(siginfo, 8), 4, code),
    load(at(siginfo, 24), 4, status),
    branch(code, '!=', CLD.EXITED, refused),
    branch(status, '==', 0, done),
    branch(status, '<', EXEC_FAILED, refused),
    compute(errno, status, '-', EXEC_FAILED),
    raise(run, { errno, pointer }),
    here(refused),
    raise(`${path} refused the map ${describeMap(mappings)}: /etc/${name === 'newuidmap' ? 'subuid' : 'subgid'} must give you these ids`, {
      pointer,
    }),
    here(done),
  ];
}
