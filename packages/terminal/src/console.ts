import { AT, O, S_IFLNK, S_IFMT, S_IFREG, STATX } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  closeFd,
  here,
  jump,
  label,
  load,
  type Op,
  type OpNotes,
  raise,
  type Reg,
  reg,
  resolveInRoot,
  statxField,
  sys,
} from '@standpipe/program';
import { attachTo, type ConsoleRegs, openMasterIn, openPeer } from './pair.js';
import { type ConsoleSize, planSize } from './size.js';

const OPEN_TREE_CLONE = 1;
const MOVE_MOUNT_F_EMPTY_PATH = 0x4;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;

export interface PlanConsoleInput {
  /**
   * fd of the root filesystem, with the container's devpts mounted at /dev/pts, before pivot_root. Left out where the
   * process is in the container's root already: then /dev/console is another's, and stays.
   */
  readonly root?: Reg | undefined;
  /** Size at the start; that of the terminal on the standard streams when left out, if there is one. */
  readonly consoleSize?: ConsoleSize | undefined;
  /** The process's user, who is to own the terminal. */
  readonly uid?: number | undefined;
  /** Where `process` lies in the config; `/process` when left out. */
  readonly pointer?: string | undefined;
}

/** How a container gets its terminal: two parts of the container half. */
export interface ConsolePlan {
  /** Makes the terminal and binds it to /dev/console. */
  readonly open: Op[];
  /** Has it control the session that `beginSession` began, and as standard streams. What they were is closed. */
  readonly attach: Op[];
}

/**
 * Plans a terminal on the container's own devpts.
 *
 * No path leads to the terminal: /dev/pts is resolved once in the root and proven to be a devpts,
 * `ptmx` is opened in it across no link or mount, and the peer comes from the master by ioctl. What
 * is bound to /dev/console is that very fd, onto a name in a directory that is held open
 * (CVE-2025-52565). Only this terminal changes its owner, never a stream that was inherited.
 *
 * @man pts(4), TIOCGPTPEER in ioctl_tty(2)
 * @kernel 5.2
 * @throws SpecError for a size that a terminal can't have
 */
export function planConsole(input: PlanConsoleInput, regs: ConsoleRegs): ConsolePlan {
  const pointer = input.pointer ?? '/process';
  const notes = { pointer: `${pointer}/terminal` };
  const root = input.root ?? reg('root');
  return {
    open: [
      ...(input.root === undefined ? [openOwnRoot(root)] : []),
      ...openMasterIn(root, regs.master, notes),
      ...openPeer(regs, notes),
      ...planSize(regs.master, input.consoleSize, pointer),
      ...(input.uid === undefined || input.uid === 0
        ? []
        : [
            sys('fchownat', [regs.peer, '', input.uid, -1, AT.EMPTY_PATH], {
              say: `give the terminal to user ${String(input.uid)}`,
              ...notes,
            }),
          ]),
      ...(input.root === undefined ? [closeFd(root)] : planBindConsole(root, regs.peer, notes)),
    ],
    attach: attachTo(regs.peer, notes),
  };
}

function openOwnRoot(root: Reg): Op {
  return sys('openat', [AT.FDCWD, '/', O.PATH | O.DIRECTORY | O.CLOEXEC], { to: root, say: "open the container's root" });
}

function planBindConsole(root: Reg, peer: Reg, notes: OpNotes): Op[] {
  const [dev, target, tree, mode] = [reg('dev'), reg('console'), reg('terminal mount'), reg('mode')];
  const stat = buf('statx', 256);
  const linked = label('console is a link');
  const bind = label('bind console');
  const say = 'bind the terminal to "/dev/console"';
  return [
    ...resolveInRoot(root, 'dev', dev, { flags: O.DIRECTORY, say: 'open "/dev" in the root', ...notes }),
    sys('mknodat', [dev, 'console', S_IFREG | 0o620, 0], { unless: { errno: ['EEXIST'] }, say: 'make the file "/dev/console"', ...notes }),
    sys('openat', [dev, 'console', O.PATH | O.NOFOLLOW | O.CLOEXEC], { to: target, say, ...notes }),
    sys('statx', [target, '', AT.EMPTY_PATH, STATX.TYPE, stat], { say, ...notes }),
    load(at(stat, statxField.mode.offset), statxField.mode.size, mode),
    branch(mode, '==', S_IFLNK, linked, S_IFMT),
    jump(bind),
    here(linked),
    raise('"/dev/console" is a symbolic link, and a terminal is bound onto none', notes),
    here(bind),
    sys('open_tree', [peer, '', OPEN_TREE_CLONE | O.CLOEXEC | AT.EMPTY_PATH], { to: tree, say, ...notes }),
    sys('move_mount', [tree, '', target, '', MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH], { say, ...notes }),
    ...[tree, target, dev].map(closeFd),
  ];
}
