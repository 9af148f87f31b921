import { AT, errnoNumber, F, MFD, O, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, STATX } from '@standpipe/syscalls';
import {
  at,
  branch,
  type Buf,
  buf,
  closeFd,
  compute,
  expectInode,
  here,
  jump,
  type Label,
  label,
  load,
  type Op,
  type OpNotes,
  raise,
  type Reg,
  reg,
  set,
  statxField,
  store,
  sys,
} from '@standpipe/program';

/** The stack of open directories begins here or above. */
const FIRST_FD = 64;
const PATH_MAX = 4096;
/** The most that sendfile(2) moves at once. */
const CHUNK = 0x7fff_f000;
/** "." and ".." with the NUL behind them, as integers. */
const DOT = 0x2e;
const DOT_DOT = 0x2e2e;
const EMFILE = errnoNumber('EMFILE') ?? 0;
/** struct linux_dirent64 */
const dirent = { next: 8, name: 19, size: 512 } as const;
/** Of struct statx. */
const owner = { uid: 0x14, gid: 0x18 } as const;
const mtime = { seconds: 0x70, nanoseconds: 0x78 } as const;

type Notes = OpNotes & { readonly say: string };

/** The entry at which the copy is. */
interface Entry {
  /** Directory that it lies in, and the copy's. */
  readonly source: Reg;
  readonly target: Reg;
  readonly name: ReturnType<typeof at>;
  readonly stat: Buf;
  readonly mode: Reg;
  readonly uid: Reg;
  readonly gid: Reg;
  readonly next: Label;
}

/**
 * Copies what is in one directory into another, all the way down: directories, files, links and special files,
 * with owners, permissions, and the times of files. No extended attributes; hard links become files of their own.
 *
 * A program has no recursion, so the directories on the way are a stack of file descriptors: the one at
 * depth d and its copy have the numbers base + 2d and base + 2d + 1. No path of more than one name is
 * taken and no link followed, and who moves a directory away meanwhile doesn't lead us elsewhere.
 *
 * @man getdents64(2)
 * @errno EMFILE the tree is deeper than there are file descriptors for
 */
export function planCopyTree(from: Reg, to: Reg, notes: Notes): Op[] {
  const [base, opened, value, umask, zeros] = [reg('first directory'), reg('opened directory'), reg('value'), reg('umask'), reg('zeros')];
  const entries = buf('directory entries', dirent.size);
  const [next, up, down, link, file, owned, deep, done] = [
    label('next entry'),
    label('end of directory'),
    label('copy a directory'),
    label('copy a link'),
    label('copy a file'),
    label('give to its owner'),
    label('too deep'),
    label('copied'),
  ];
  const entry: Entry = {
    source: reg('source directory'),
    target: reg('target directory'),
    name: at(entries, dirent.name),
    stat: buf('statx', 256),
    mode: reg('mode'),
    uid: reg('uid'),
    gid: reg('gid'),
    next,
  };
  const { source, target, name, stat, mode } = entry;
  const isType = (type: number, then: Label): Op => branch(mode, '==', type, then, S_IFMT);
  return [
    sys('umask', [0], { to: umask }),
    sys('memfd_create', ['zeros', MFD.CLOEXEC], { to: zeros, ...notes }),
    sys('ftruncate', [zeros, PATH_MAX], notes),
    sys('openat', [from, '.', O.RDONLY | O.DIRECTORY | O.CLOEXEC], { to: opened, ...notes }),
    sys('fcntl', [opened, F.DUPFD_CLOEXEC, FIRST_FD], { to: base, ...notes }),
    closeFd(opened),
    set(source, base),
    compute(target, base, '+', 1),
    ...push(to, target, deep, notes),

    here(next),
    sys('getdents64', [source, entries, dirent.size], { to: value, ...notes }),
    branch(value, '==', 0, up),
    // Several were read; the next time it goes on behind the first of them.
    load(at(entries, dirent.next), 8, value),
    sys('lseek', [source, value, 0], notes),
    load(name, 2, value),
    branch(value, '==', DOT, next),
    load(name, 4, value),
    branch(value, '==', DOT_DOT, next, 0xffffff),
    sys('statx', [source, name, AT.SYMLINK_NOFOLLOW, STATX.BASIC_STATS, stat], { unless: { errno: ['ENOENT'], goto: next }, ...notes }),
    load(at(stat, statxField.mode.offset), statxField.mode.size, mode),
    load(at(stat, owner.uid), 4, entry.uid),
    load(at(stat, owner.gid), 4, entry.gid),
    isType(S_IFDIR, down),
    isType(S_IFREG, file),
    isType(S_IFLNK, link),

    ...copySpecial(entry, value, notes),
    here(owned),
    sys('fchownat', [target, name, entry.uid, entry.gid, AT.SYMLINK_NOFOLLOW], notOurs(notes)),
    jump(next),

    here(link),
    ...copyLink(entry, zeros, notes),
    jump(owned),

    here(file),
    ...copyFile(entry, notes),
    jump(next),

    here(down),
    ...copyDirectory(entry, deep, notes),
    jump(next),

    here(up),
    closeFd(source),
    closeFd(target),
    branch(source, '==', base, done),
    compute(source, source, '-', 2),
    compute(target, target, '-', 2),
    jump(next),

    here(deep),
    raise(`${notes.say}: it is too deep`, { errno: EMFILE, pointer: notes.pointer }),
    here(done),
    closeFd(zeros),
    sys('umask', [umask]),
  ];
}

/** In a user namespace an owner may have no id: what was his is then ours. */
function notOurs(notes: Notes): Notes & { unless: { errno: string[] } } {
  return { unless: { errno: ['EINVAL', 'EPERM'] }, ...notes };
}

/** Gives an open directory the place on the stack that `place` says. */
function push(fd: Reg, place: Reg, deep: Label, notes: Notes): Op[] {
  const got = reg('place on the stack');
  return [
    sys('fcntl', [fd, F.DUPFD_CLOEXEC, place], { to: got, unless: { errno: ['EINVAL', 'EMFILE'], goto: deep }, ...notes }),
    branch(got, '!=', place, deep),
  ];
}

function copySpecial({ target, name, stat, mode }: Entry, device: Reg, notes: Notes): Op[] {
  const [minor, rest] = [reg('minor'), reg('rest of minor')];
  return [
    // 12 bits of major between the low 8 and the high 12 of minor.
    load(at(stat, statxField.rdevMajor.offset), 4, device),
    load(at(stat, statxField.rdevMinor.offset), 4, minor),
    compute(device, device, '<<', 8),
    compute(rest, minor, '>>', 8),
    compute(rest, rest, '<<', 20),
    compute(minor, minor, '&', 0xff),
    compute(device, device, '|', minor),
    compute(device, device, '|', rest),
    sys('mknodat', [target, name, mode, device], notes),
  ];
}

function copyLink({ source, target, name }: Entry, zeros: Reg, notes: Notes): Op[] {
  const content = buf('link', PATH_MAX);
  return [
    // readlinkat(2) puts no NUL at its end.
    sys('pread64', [zeros, content, PATH_MAX, 0], notes),
    sys('readlinkat', [source, name, content, PATH_MAX - 1], notes),
    sys('symlinkat', [content, target, name], notes),
  ];
}

function copyFile({ source, target, name, stat, mode, uid, gid }: Entry, notes: Notes): Op[] {
  const [input, output, length, time] = [reg('source file'), reg('target file'), reg('length'), reg('time')];
  // struct timespec twice: the time of access stays, that of modification is copied. UTIME_OMIT is its nanoseconds.
  const times = buf('times', 32, Uint8Array.from([...new Uint8Array(8), 0xfe, 0xff, 0xff, 0x3f]));
  const copy = label('copy a piece');
  return [
    sys('openat', [source, name, O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.CLOEXEC], { to: input, ...notes }),
    // Else a device might never end.
    ...expectInode(input, { type: S_IFREG }, { say: `${notes.say}: a file was swapped meanwhile`, pointer: notes.pointer }),
    sys('openat', [target, name, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC, mode], { to: output, ...notes }),
    here(copy),
    sys('sendfile', [output, input, null, CHUNK], { to: length, ...notes }),
    branch(length, '!=', 0, copy),
    sys('fchown', [output, uid, gid], notOurs(notes)),
    sys('fchmod', [output, mode], notes),
    load(at(stat, mtime.seconds), 8, time),
    store(at(times, 16), 8, time),
    load(at(stat, mtime.nanoseconds), 4, time),
    store(at(times, 24), 8, time),
    sys('utimensat', [output, null, times, 0], notes),
    closeFd(output),
    closeFd(input),
  ];
}

function copyDirectory({ source, target, name, mode, uid, gid }: Entry, deep: Label, notes: Notes): Op[] {
  const [from, to] = [reg('deeper source'), reg('deeper target')];
  const flags = O.RDONLY | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC;
  return [
    sys('openat', [source, name, flags], { to: from, ...notes }),
    sys('mkdirat', [target, name, mode], notes),
    sys('openat', [target, name, flags], { to, ...notes }),
    sys('fchown', [to, uid, gid], notOurs(notes)),
    sys('fchmod', [to, mode], notes),
    compute(source, source, '+', 2),
    compute(target, target, '+', 2),
    ...push(from, source, deep, notes),
    ...push(to, target, deep, notes),
    closeFd(from),
    closeFd(to),
  ];
}
