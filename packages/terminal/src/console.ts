import { AT, FS_MAGIC, O, RESOLVE, S_IFCHR, S_IFLNK, S_IFMT, S_IFREG, STATX } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  closeFd,
  expectFilesystem,
  expectInode,
  here,
  jump,
  label,
  load,
  type Op,
  openInRoot,
  type OpNotes,
  raise,
  type Reg,
  reg,
  statxField,
  sys,
  words,
} from '@standpipe/program';
import { badConsoleSize } from './errors.js';
import { TTY, WINSIZE_SIZE } from './ioctl.js';

const OPEN_TREE_CLONE = 1;
const MOVE_MOUNT_F_EMPTY_PATH = 0x4;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
const PTMX_MAJOR = 5;
const PTMX_MINOR = 2;

export interface PlanConsoleInput {
  /** fd of the root filesystem, with the container's devpts mounted at /dev/pts, before pivot_root. */
  readonly root: Reg;
  /** Size at the start; that of the terminal on the standard streams when left out, if there is one. */
  readonly consoleSize?: { readonly height: number; readonly width: number } | undefined;
  /** The process's user, who is to own the terminal. */
  readonly uid?: number | undefined;
  /** Where `process` lies in the config; `/process` when left out. */
  readonly pointer?: string | undefined;
}

/** The two sides of the terminal, both close-on-exec. */
export interface ConsoleRegs {
  /** What the outside reads and writes. To be sent out. */
  readonly master: Reg;
  /** The terminal itself. */
  readonly peer: Reg;
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
  return {
    open: [
      ...planPair(input.root, regs, notes),
      ...planSize(input, regs.master, pointer),
      ...(input.uid === undefined || input.uid === 0
        ? []
        : [
            sys('fchownat', [regs.peer, '', input.uid, -1, AT.EMPTY_PATH], {
              say: `give the terminal to user ${String(input.uid)}`,
              ...notes,
            }),
          ]),
      ...planBindConsole(input.root, regs.peer, notes),
    ],
    attach: [
      sys('ioctl', [regs.peer, TTY.TIOCSCTTY, 0], { say: 'make the terminal the controlling one', ...notes }),
      ...[0, 1, 2].map((fd) => sys('dup3', [regs.peer, fd, 0], { say: `have the terminal as fd ${String(fd)}`, ...notes })),
      closeFd(regs.peer),
    ],
  };
}

function planPair(root: Reg, { master, peer }: ConsoleRegs, notes: OpNotes): Op[] {
  const pts = reg('devpts');
  const unlock = buf('unlock', 4);
  const how = words('open_how', [O.RDWR | O.NOCTTY | O.CLOEXEC, 0, RESOLVE.BENEATH | RESOLVE.NO_XDEV | RESOLVE.NO_SYMLINKS]);
  const say = 'open "/dev/pts/ptmx" for a new terminal';
  return [
    openInRoot(root, 'dev/pts', O.PATH | O.DIRECTORY, { to: pts, say: 'open "/dev/pts" in the root for a new terminal', ...notes }),
    ...expectFilesystem(pts, FS_MAGIC.DEVPTS, { say: '"/dev/pts" is not a devpts, which a terminal needs', ...notes }),
    sys('openat2', [pts, 'ptmx', how, how.size], { to: master, say, ...notes }),
    closeFd(pts),
    ...expectInode(
      master,
      { type: S_IFCHR, major: PTMX_MAJOR, minor: PTMX_MINOR },
      { say: `"/dev/pts/ptmx" is not character device ${String(PTMX_MAJOR)}:${String(PTMX_MINOR)}`, ...notes },
    ),
    sys('ioctl', [master, TTY.TIOCSPTLCK, unlock], { say: 'unlock the new terminal', ...notes }),
    sys('ioctl', [master, TTY.TIOCGPTPEER, O.RDWR | O.NOCTTY | O.CLOEXEC], {
      to: peer,
      say: 'open the other side of the new terminal',
      ...notes,
    }),
  ];
}

function planSize({ consoleSize }: PlanConsoleInput, master: Reg, pointer: string): Op[] {
  const size = buf('winsize', WINSIZE_SIZE, consoleSize === undefined ? undefined : winsize(consoleSize, `${pointer}/consoleSize`));
  const resize = sys('ioctl', [master, TTY.TIOCSWINSZ, size], {
    say: 'set the size of the new terminal',
    pointer: `${pointer}/consoleSize`,
  });
  if (consoleSize !== undefined) return [resize];
  const done = label('sized');
  const found = label('size found');
  return [
    ...[0, 1, 2].flatMap((fd) => {
      const next = label(`fd ${String(fd)} is no terminal`);
      return [sys('ioctl', [fd, TTY.TIOCGWINSZ, size], { unless: { errno: 'any', goto: next } }), jump(found), here(next)];
    }),
    jump(done),
    here(found),
    resize,
    here(done),
  ];
}

function winsize({ height, width }: { height: number; width: number }, pointer: string): Uint8Array {
  const bytes = new Uint8Array(WINSIZE_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [field, value, offset] of [
    ['height', height, 0],
    ['width', width, 2],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw badConsoleSize(pointer, field, value);
    view.setUint16(offset, value, true);
  }
  return bytes;
}

function planBindConsole(root: Reg, peer: Reg, notes: OpNotes): Op[] {
  const [dev, target, tree, mode] = [reg('dev'), reg('console'), reg('terminal mount'), reg('mode')];
  const stat = buf('statx', 256);
  const linked = label('console is a link');
  const bind = label('bind console');
  const say = 'bind the terminal to "/dev/console"';
  return [
    openInRoot(root, 'dev', O.PATH | O.DIRECTORY, { to: dev, say: 'open "/dev" in the root', ...notes }),
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
