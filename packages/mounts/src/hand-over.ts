import { AT, CLONE, O } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  closeFd,
  here,
  label,
  type Label,
  load,
  type Op,
  receiveFd,
  type Reg,
  reg,
  sendFd,
  set,
  sys,
  undo,
  type Unless,
} from '@standpipe/program';

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;
const MSG_PEEK = 2;

interface Notes {
  readonly say: string;
  readonly pointer: string;
}

/**
 * How the host half opens what is bound by a container in a user namespace: in there one can't idmap what
 * is the host's, nor open what is closed to all but the host's root. Mounts copied in the container's mount namespace, from
 * outside, keep the locks that the user namespace put on them.
 *
 * They come over a socket of their own: what lies unread in the other one when the container ends would
 * hide what it said last.
 */
export class HandOver {
  readonly #pidfd: Reg;
  readonly #host = reg('host end for mounts');
  readonly #container = reg('container end for mounts');
  readonly #gone: Label = label('no more to hand over');
  readonly #ops: Op[] = [];

  /** `pidfd`: of the container's process. */
  constructor(pidfd: Reg) {
    this.#pidfd = pidfd;
  }

  /** Host half, opens a mount with `open` and sends it; gives the container half's ops, which get it into `to`. */
  add(open: (tree: Reg) => readonly Op[], to: Reg, what: string, pointer: string): Op[] {
    const tree = reg('tree for the container');
    const notes: Notes = { say: `${what}: hand it over`, pointer };
    this.#ops.push(
      ...open(tree),
      // The container has failed, and tells why.
      ...sendFd(this.#host, tree, ' ', { unless: { errno: ['EPIPE', 'ECONNRESET'], goto: this.#gone }, ...notes }),
      closeFd(tree),
    );
    return receiveFd(this.#container, to, { say: `${what}: take its source from the host`, pointer });
  }

  /** Container half, lends the host half a file that only the host's root may `change`, and waits until it has. */
  lend(file: Reg, change: (file: Reg) => readonly Op[], what: string, pointer: string): Op[] {
    const [lent, length, back] = [reg('file of the container'), reg('length'), reg('file that came back')];
    const unless: Unless = { errno: ['EPIPE', 'ECONNRESET'], goto: this.#gone };
    const notes: Notes = { say: `${what}: have the host do it`, pointer };
    this.#ops.push(
      sys('recvfrom', [this.#host, buf('first byte', 1), 1, MSG_PEEK, null, null], { to: length, unless, ...notes }),
      branch(length, '==', 0, this.#gone),
      ...receiveFd(this.#host, lent, notes),
      ...change(lent),
      ...sendFd(this.#host, lent, ' ', { unless, ...notes }),
      closeFd(lent),
    );
    return [...sendFd(this.#container, file, ' ', notes), ...receiveFd(this.#container, back, notes), closeFd(back)];
  }

  get #isUsed(): boolean {
    return this.#ops.length > 0;
  }

  /** Host half, before the clone. */
  get prepare(): Op[] {
    if (!this.#isUsed) return [];
    const pair = buf('socket pair', 8);
    return [
      sys('socketpair', [AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair], { say: 'make the socket pair that mounts are handed over by' }),
      load(pair, 4, this.#host),
      load(at(pair, 4), 4, this.#container),
    ];
  }

  /** Host half, once the container goes on. */
  get host(): Op[] {
    if (!this.#isUsed) return [];
    return [closeFd(this.#container), ...inMountNamespace(this.#pidfd, [...this.#ops, here(this.#gone)]), closeFd(this.#host)];
  }

  /** Container half, before and after its mounts. */
  get begin(): Op[] {
    return this.#isUsed ? [closeFd(this.#host)] : [];
  }

  get end(): Op[] {
    return this.#isUsed ? [closeFd(this.#container)] : [];
  }
}

/**
 * Runs ops in the mount namespace of a process, unless it has ended, and comes back, failing or not: whatever is undone then is undone where
 * it was done.
 *
 * @man setns(2)
 * @kernel 5.8 for setns with a pidfd
 */
function inMountNamespace(pidfd: Reg, ops: readonly Op[]): Op[] {
  const [own, root, cwd] = [reg('own mount namespace'), reg('own root'), reg('own cwd')];
  const [back, dead] = [label('back'), label('container gone')];
  const leave = { say: 'go back to our own mount namespace' };
  // Its root is where setns(2) leads to, which need not be ours.
  const comeBack: Op[] = [
    sys('setns', [own, CLONE.NEWNS], leave),
    sys('fchdir', [root], leave),
    sys('chroot', ['.'], leave),
    sys('fchdir', [cwd], leave),
  ];
  return [
    sys('openat', [AT.FDCWD, '/proc/self/ns/mnt', O.RDONLY | O.CLOEXEC], { to: own, say: 'open our own mount namespace' }),
    sys('openat', [AT.FDCWD, '/', O.PATH | O.DIRECTORY | O.CLOEXEC], { to: root, say: 'open our own root' }),
    sys('openat', [AT.FDCWD, '.', O.PATH | O.DIRECTORY | O.CLOEXEC], { to: cwd, say: 'open our own working directory' }),
    undo([branch(own, '<', 0, back), ...comeBack, here(back)]),
    // ESRCH: it has failed already, and what it said is still to be read.
    sys('setns', [pidfd, CLONE.NEWNS], { unless: { errno: ['ESRCH'], goto: dead }, say: "enter the container's mount namespace" }),
    ...ops,
    ...comeBack,
    here(dead),
    ...[cwd, root, own].flatMap((fd) => [closeFd(fd), set(fd, -1)]),
  ];
}
