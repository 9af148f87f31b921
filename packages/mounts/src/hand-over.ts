import { AT, CLONE, O } from '@standpipe/syscalls';
import { closeFd, type Op, type Reg, reg, sys } from '@standpipe/program';

/** How the host half reaches into the container while it is set up. */
export interface HandOverRegs {
  /** The container's process. */
  readonly pidfd: Reg;
  /** The two ends of the socket between the halves. */
  readonly sync: { readonly host: Reg; readonly container: Reg };
}

/**
 * Runs ops of the host half in the container's mount namespace, with the privileges of the host: a
 * container in a user namespace can't idmap what is the host's, nor open what is closed to all but the
 * host's root. Mounts copied in there keep the locks that the user namespace put on them.
 *
 * @man setns(2)
 * @kernel 5.8 for setns with a pidfd
 */
export function inMountNamespace(pidfd: Reg, ops: readonly Op[]): Op[] {
  if (ops.length === 0) return [];
  const [own, root, cwd] = [reg('own mount namespace'), reg('own root'), reg('own cwd')];
  const enter = { say: "enter the container's mount namespace" };
  const leave = { say: 'go back to our own mount namespace' };
  return [
    sys('openat', [AT.FDCWD, '/proc/self/ns/mnt', O.RDONLY | O.CLOEXEC], { to: own, say: 'open our own mount namespace' }),
    sys('openat', [AT.FDCWD, '/', O.PATH | O.DIRECTORY | O.CLOEXEC], { to: root, say: 'open our own root' }),
    sys('openat', [AT.FDCWD, '.', O.PATH | O.DIRECTORY | O.CLOEXEC], { to: cwd, say: 'open our own working directory' }),
    sys('setns', [pidfd, CLONE.NEWNS], enter),
    ...ops,
    // It takes us to that namespace's root, which need not be ours.
    sys('setns', [own, CLONE.NEWNS], leave),
    sys('fchdir', [root], leave),
    sys('chroot', ['.'], leave),
    sys('fchdir', [cwd], leave),
    ...[cwd, root, own].map((fd) => closeFd(fd)),
  ];
}
