import { AT, errnoNumber, O } from '@standpipe/syscalls';
import { branch, closeFd, here, jump, label, type Op, type Reg, reg, sys } from '@standpipe/program';
import { setattr } from './attributes.js';
import { MNT_DETACH, MOVE_FD_TO_PATH, PROPAGATION } from './constants.js';
import { makeFilesystem } from './fsconfig.js';
import { parseMountinfo } from './mountinfo.js';
import { parseRootfsPropagation } from './rootfs.js';

const ENOENT = -(errnoNumber('ENOENT') ?? 0);

export interface PlanPivotInput {
  /** fd of the root's mount, as `planRootfs` gives it. */
  readonly root: Reg;
  /** `linux.rootfsPropagation`. */
  readonly propagation?: string | undefined;
}

/**
 * Plans that the root becomes "/", and that nothing is left of what was "/" before.
 *
 * pivot_root(".", ".") stacks the old root on the new one, so no directory in the root is needed for
 * it. It is worked on by an fd from then on, made a slave so that its end doesn't reach the host, and detached.
 *
 * @man pivot_root(2)
 * @errno EINVAL the root of this mount namespace is a ramfs or was never pivoted to
 */
export function planPivot({ root, propagation }: PlanPivotInput): Op[] {
  const old = reg('old root');
  const pointer = '/root';
  const say = 'make the root filesystem "/"';
  const away = { say: 'let go of the old root', pointer };
  return [
    sys('openat', [AT.FDCWD, '/', O.PATH | O.DIRECTORY | O.CLOEXEC], { to: old, say: 'open the old root', pointer }),
    sys('fchdir', [root], { say, pointer }),
    sys('pivot_root', ['.', '.'], { say, pointer }),
    sys('fchdir', [old], away),
    setattr(old, { propagation: PROPAGATION.SLAVE, recursive: true, ...away }),
    sys('umount2', ['.', MNT_DETACH], away),
    closeFd(old),
    sys('chdir', ['/'], { say, pointer }),
    ...planRootPropagation(root, propagation),
  ];
}

/** What pivot_root allows only afterwards. Private and slave the root is already. */
function planRootPropagation(root: Reg, name: string | undefined): Op[] {
  const { type, recursive } = parseRootfsPropagation(name);
  if (type !== PROPAGATION.SHARED && type !== PROPAGATION.UNBINDABLE) return [];
  return [setattr(root, { propagation: type, recursive, say: `make the root ${String(name)}`, pointer: '/linux/rootfsPropagation' })];
}

export interface PlanMoveRootInput extends PlanPivotInput {
  /** Absolute path of the root filesystem: what lies in there is the container's. */
  readonly path: string;
  /** /proc/self/mountinfo of the host. */
  readonly mountinfo: string;
}

/**
 * Plans the same without pivot_root, which a root on a ramfs refuses: the root is moved upon "/". The old
 * mounts stay below it, where a path can't lead, but the kernel sees them: while a whole procfs or sysfs is among them it would
 * let a container mount one without our masks. So those are detached, or covered where that isn't permitted.
 *
 * Weaker than pivot_root: who may chroot finds a way to what is left.
 *
 * @man chroot(2)
 */
export function planMoveRoot({ root, propagation, path, mountinfo }: PlanMoveRootInput): Op[] {
  const pointer = '/root';
  const say = 'move the root filesystem to "/"';
  const full = parseMountinfo(mountinfo).filter(
    ({ type, root: part, mountPoint }) =>
      (type === 'proc' || type === 'sysfs') && part === '/' && mountPoint !== path && !mountPoint.startsWith(`${path}/`),
  );
  return [
    ...full.flatMap(({ mountPoint }) => planHide(mountPoint, pointer)),
    sys('fchdir', [root], { say, pointer }),
    sys('move_mount', [root, '', AT.FDCWD, '/', MOVE_FD_TO_PATH], { say, pointer }),
    sys('chroot', ['.'], { say, pointer }),
    sys('chdir', ['/'], { say, pointer }),
    ...planRootPropagation(root, propagation),
  ];
}

function planHide(mountPoint: string, pointer: string): Op[] {
  const say = `hide the host's ${JSON.stringify(mountPoint)}`;
  const notes = { say, pointer };
  const [context, cover, result] = [reg('context'), reg('cover'), reg('detached')];
  const [refused, hidden] = [label(`${mountPoint} not detached`), label(`${mountPoint} hidden`)];
  return [
    sys('umount2', [mountPoint, MNT_DETACH], { to: result, unless: { errno: ['EINVAL', 'EPERM', 'ENOENT'], goto: refused }, ...notes }),
    jump(hidden),
    here(refused),
    // Gone with a mount above it.
    branch(result, '==', ENOENT, hidden),
    ...makeFilesystem({ type: 'tmpfs', source: 'tmpfs', context, to: cover, ...notes }),
    sys('move_mount', [cover, '', AT.FDCWD, mountPoint, MOVE_FD_TO_PATH], notes),
    closeFd(cover),
    here(hidden),
  ];
}
