import { AT, FS_MAGIC, O, RESOLVE, STATX } from '@standpipe/syscalls';
import { closeFd } from './fds.js';
import { expectFilesystem } from './filesystem.js';
import { statxField } from './inode.js';
import { branch, format, here, jump, label, load, type Op, type OpNotes, raise, sys, type SyscallOp } from './op.js';
import { at, buf, type Reg, reg, words } from './operand.js';

const OPEN_HOW_SIZE = 24;
const STATX_SIZE = 256;
const PROC_ROOT_INO = 1;
const FSOPEN_CLOEXEC = 1;
const FSMOUNT_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
const MOUNT_ATTR_NOSUID_NODEV_NOEXEC = 0x2 | 0x4 | 0x8;

/**
 * Opens the host's /proc and makes sure that it is a procfs, so that writes below the fd reach the
 * kernel and no file that someone put there.
 */
export function openHostProc(to: Reg): Op[] {
  return [
    sys('openat', [AT.FDCWD, '/proc', O.PATH | O.DIRECTORY | O.CLOEXEC], { to, say: "open the host's /proc" }),
    ...expectFilesystem(to, FS_MAGIC.PROC, { say: "the host's /proc is no procfs" }),
  ];
}

/**
 * Opens a procfs for the container half, wherever its root is by then: an instance of our own that
 * is mounted nowhere, so nothing lies over its files. Where we may not have one (a user namespace in
 * the host's pid namespace) the one at /proc is taken, if it is a procfs and its root; `openProcessFile` and
 * `openProcFile` then refuse what is mounted over.
 *
 * @man fsopen(2)
 * @kernel 5.2
 */
export function openPrivateProc(to: Reg): Op[] {
  const context = reg('procfs context');
  const ino = reg('inode');
  const stat = buf('statx', STATX_SIZE);
  const [mounted, opened, right] = [label('take the procfs at /proc'), label('procfs open'), label('root of procfs')];
  const wrong = 'the /proc of the container is no procfs';
  return [
    sys('fsopen', ['proc', FSOPEN_CLOEXEC], { to: context, unless: { errno: 'any', goto: mounted } }),
    sys('fsconfig', [context, FSCONFIG_CMD_CREATE, null, null, 0], { unless: { errno: 'any', goto: mounted } }),
    sys('fsmount', [context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID_NODEV_NOEXEC], { to, unless: { errno: 'any', goto: mounted } }),
    jump(opened),
    here(mounted),
    sys('openat', [AT.FDCWD, '/proc', O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC], { to, say: 'open the /proc of the container' }),
    ...expectFilesystem(to, FS_MAGIC.PROC, { say: wrong }),
    sys('statx', [to, '', AT.EMPTY_PATH, STATX.INO, stat], { say: wrong }),
    load(at(stat, statxField.ino.offset), statxField.ino.size, ino),
    branch(ino, '==', PROC_ROOT_INO, right),
    raise(`${wrong}, but a part of one`),
    here(right),
    here(opened),
    closeFd(context),
  ];
}

/** Opens a file below a verified procfs, and nothing that a link leads to elsewhere or a mount puts on top. */
export function openProcFile(proc: Reg, path: string, flags: number, to: Reg, notes: OpNotes): SyscallOp {
  return openChecked(proc, path, flags, to, notes);
}

/** Opens a file of a process below a verified procfs, as `openProcFile` does. */
export function openProcessFile(proc: Reg, parts: readonly (string | Reg)[], flags: number, to: Reg, notes: OpNotes): Op[] {
  const path = buf('path below proc', 64);
  return [format(path, parts), openChecked(proc, path, flags, to, notes)];
}

function openChecked(proc: Reg, path: SyscallOp['args'][number], flags: number, to: Reg, notes: OpNotes): SyscallOp {
  const how = words('open_how', [flags | O.CLOEXEC, 0, RESOLVE.BENEATH | RESOLVE.NO_XDEV | RESOLVE.NO_MAGICLINKS]);
  return sys('openat2', [proc, path, how, OPEN_HOW_SIZE], { to, ...notes });
}

/** Opens a file of a process for writing, writes the text in one piece, closes it. */
export function writeProcessFile(proc: Reg, parts: readonly (string | Reg)[], text: string, notes: OpNotes): Op[] {
  const file = reg(parts.filter((part) => typeof part === 'string').join(''));
  return [
    ...openProcessFile(proc, parts, O.WRONLY, file, notes),
    sys('write', [file, text, Buffer.byteLength(text)], notes),
    closeFd(file),
  ];
}
