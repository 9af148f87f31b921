import { AT, FS_MAGIC, O, RESOLVE } from '@standpipe/syscalls';
import { branch, buf, type Buf, format, here, label, load, type Op, type OpNotes, raise, type Reg, reg, sys, words } from '@standpipe/program';

const STATFS_SIZE = 120;
const OPEN_HOW_SIZE = 24;

/** Goes on only if the fd lies on a filesystem of that type. @man fstatfs(2) */
export function expectFilesystem(fd: Reg, magic: number, notes: OpNotes & { readonly say: string }): Op[] {
  const statfs = buf('statfs', STATFS_SIZE);
  const type = reg('filesystem type');
  const right = label('right filesystem');
  return [
    sys('fstatfs', [fd, statfs], notes),
    load(statfs, 8, type),
    branch(type, '==', magic, right),
    raise(notes.say, { pointer: notes.pointer }),
    here(right),
  ];
}

/**
 * Opens the host's /proc and makes sure that it is a procfs, so that writes below the fd reach the
 * kernel and no file that someone put there.
 */
export function openHostProc(to: Reg): Op[] {
  return [
    sys('openat', [AT.FDCWD, '/proc', O.PATH | O.DIRECTORY | O.CLOEXEC], { to, say: 'open the host\'s /proc' }),
    ...expectFilesystem(to, FS_MAGIC.PROC, { say: "the host's /proc is no procfs" }),
  ];
}

/** Opens a file of a process below a verified procfs: no links followed, no mount on top accepted. */
export function openProcessFile(proc: Reg, parts: readonly (string | Reg)[], flags: number, to: Reg, notes: OpNotes): Op[] {
  const path: Buf = buf('path below proc', 64);
  const how = words('open_how', [flags | O.CLOEXEC, 0, RESOLVE.BENEATH | RESOLVE.NO_XDEV | RESOLVE.NO_MAGICLINKS]);
  return [format(path, parts), sys('openat2', [proc, path, how, OPEN_HOW_SIZE], { to, ...notes })];
}

/** Opens a file of a process for writing, writes the text in one piece, closes it. */
export function writeProcessFile(proc: Reg, parts: readonly (string | Reg)[], text: string, notes: OpNotes): Op[] {
  const file = reg(parts.filter((part) => typeof part === 'string').join(''));
  return [
    ...openProcessFile(proc, parts, O.WRONLY, file, notes),
    sys('write', [file, text, Buffer.byteLength(text)], notes),
    sys('close', [file], { unless: { errno: 'any' } }),
  ];
}
