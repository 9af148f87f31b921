import { AT, FS_MAGIC, O, RESOLVE, S_IFCHR } from '@standpipe/syscalls';
import {
  buf,
  closeFd,
  expectFilesystem,
  expectInode,
  type Op,
  type OpNotes,
  type Reg,
  reg,
  resolveInRoot,
  sys,
  words,
} from '@standpipe/program';
import { TTY } from './ioctl.js';

const PTMX_MAJOR = 5;
const PTMX_MINOR = 2;

/** The two sides of a pseudo terminal, both close-on-exec. */
export interface ConsoleRegs {
  /** What the outside reads and writes. To be sent out. */
  readonly master: Reg;
  /** The terminal itself. */
  readonly peer: Reg;
}

/**
 * Makes a pseudo terminal on the devpts at /dev/pts of the root. That is resolved once and proven to be a
 * devpts, and `ptmx` is opened in it across no link or mount.
 */
export function openMasterIn(root: Reg, master: Reg, notes: OpNotes): Op[] {
  const pts = reg('devpts');
  const how = words('open_how', [O.RDWR | O.NOCTTY | O.CLOEXEC, 0, RESOLVE.BENEATH | RESOLVE.NO_XDEV | RESOLVE.NO_SYMLINKS]);
  const say = 'open "/dev/pts/ptmx" for a new terminal';
  return [
    ...resolveInRoot(root, 'dev/pts', pts, { flags: O.DIRECTORY, say: 'open "/dev/pts" in the root for a new terminal', ...notes }),
    ...expectFilesystem(pts, FS_MAGIC.DEVPTS, { say: '"/dev/pts" is not a devpts, which a terminal needs', ...notes }),
    sys('openat2', [pts, 'ptmx', how, how.size], { to: master, say, ...notes }),
    closeFd(pts),
    ...expectInode(
      master,
      { type: S_IFCHR, major: PTMX_MAJOR, minor: PTMX_MINOR },
      { say: `"/dev/pts/ptmx" is not character device ${PTMX_MAJOR}:${PTMX_MINOR}`, ...notes },
    ),
  ];
}

/** Makes one on this machine's devpts, by the name that everybody may open. */
export function openMaster(master: Reg): Op {
  return sys('openat', [AT.FDCWD, '/dev/ptmx', O.RDWR | O.NOCTTY | O.CLOEXEC], { to: master, say: 'open "/dev/ptmx" for a new terminal' });
}

/** Opens the terminal of a master, by no path. @man TIOCGPTPEER in ioctl_tty(2) */
export function openPeer({ master, peer }: ConsoleRegs, notes: OpNotes): Op[] {
  return [
    sys('ioctl', [master, TTY.TIOCSPTLCK, buf('unlock', 4)], { say: 'unlock the new terminal', ...notes }),
    sys('ioctl', [master, TTY.TIOCGPTPEER, O.RDWR | O.NOCTTY | O.CLOEXEC], {
      to: peer,
      say: 'open the other side of the new terminal',
      ...notes,
    }),
  ];
}

/** Has the terminal control this session and be its standard streams. What these were is closed. */
export function attachTo(peer: Reg, notes: OpNotes): Op[] {
  return [
    sys('ioctl', [peer, TTY.TIOCSCTTY, 0], { say: 'make the terminal the controlling one', ...notes }),
    ...[0, 1, 2].map((fd) => sys('dup3', [peer, fd, 0], { say: `have the terminal as fd ${fd}`, ...notes })),
    closeFd(peer),
  ];
}
