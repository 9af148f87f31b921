import { AT, O } from '@standpipe/syscalls';
import { closeFd, type Op, type Reg, reg, sys } from '@standpipe/program';
import { setattr } from './attributes.js';
import { MNT_DETACH, PROPAGATION } from './constants.js';
import { parseRootfsPropagation } from './rootfs.js';

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
export function planRootPropagation(root: Reg, name: string | undefined): Op[] {
  const { type, recursive } = parseRootfsPropagation(name);
  if (type !== PROPAGATION.SHARED && type !== PROPAGATION.UNBINDABLE) return [];
  return [setattr(root, { propagation: type, recursive, say: `make the root ${String(name)}`, pointer: '/linux/rootfsPropagation' })];
}
