import { RENAME, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, STATX } from './constants/file.js';
import { FSCONFIG, FSMOUNT, FSOPEN, FSPICK, MNT, MOVE_MOUNT, MS, OPEN_TREE, MOUNT_ATTR } from './constants/mount.js';
import {
  bpfCommands,
  clockNames,
  fallocateModes,
  ioctlNames,
  lockFlags,
  maskHowNames,
  memoryPolicyNames,
  policyNames,
  rlimitNames,
  seccompFlags,
  seccompOperations,
} from './constants/names.js';
import { AT, F, FD_CLOEXEC, MFD } from './constants/open.js';
import { CLONE, CLOSE_RANGE, P, PR, W } from './constants/process.js';
import { AF, MSG, SOCK } from './constants/socket.js';
import { describeFlags } from './describe-flags.js';
import { by, data, dirfd, flags, type Kind, named, numeric, octal, oneOf, open, pointer, signal, text } from './kinds.js';
import {
  accessMode,
  bpfAttrs,
  capData,
  capHeader,
  cloneArgs,
  mountAttrs,
  msghdr,
  openHow,
  pollfds,
  rlimit,
  schedAttr,
  sigaction,
  sigset,
  sockaddr,
  texts,
  timespec,
  vectors,
  winsize,
} from './structures.js';

/** A table under the names that C has for its flags, to be shown together with another's. */
const prefixed = (prefix: string, table: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(table).map(([name, bits]) => [prefix + name, bits]));

const { STATX_FORCE_SYNC, STATX_DONT_SYNC, EACCESS, REMOVEDIR, FDCWD: _FDCWD, ...at } = AT;
const atFlags = flags(at, 'AT_');
const access = numeric(accessMode);
const cloneFlags = flags(CLONE, 'CLONE_');
const waitOptions = flags(
  Object.fromEntries(Object.entries(W).map(([name, bits]) => [name.startsWith('__') ? name : `W${name}`, bits])),
  '',
);
const mountFlags = flags(MS, 'MS_');
const messageFlags = flags(MSG, 'MSG_');
const none = undefined;

const isSeal = (name: string): boolean => name.startsWith('SEAL_');
const seals = flags(Object.fromEntries(Object.entries(F).filter(([name]) => isSeal(name))), 'F_');
const fcntlArgument = by(1, (command) =>
  command === F.SETFL ? open : command === F.SETFD ? flags({ CLOEXEC: FD_CLOEXEC }, 'FD_') : command === F.ADD_SEALS ? seals : undefined,
);

const isAmbient = (name: string): boolean => name.startsWith('CAP_AMBIENT_');
const prctlArgument = by(0, (option) =>
  option === PR.SET_NAME
    ? text
    : option === PR.SET_PDEATHSIG
      ? signal
      : option === PR.CAP_AMBIENT
        ? oneOf(PR, 'PR_', isAmbient)
        : undefined,
);

const ioctlArgument = by(1, (request) => (ioctlNames[request] === 'TIOCSWINSZ' ? winsize : undefined));

/** A mode with its type, as mknod(2) takes them together. */
const fileTypes: Readonly<Record<number, string>> = {
  [S_IFREG]: 'S_IFREG',
  [S_IFCHR]: 'S_IFCHR',
  [S_IFBLK]: 'S_IFBLK',
  [S_IFIFO]: 'S_IFIFO',
  [S_IFSOCK]: 'S_IFSOCK',
  [S_IFDIR]: 'S_IFDIR',
  [S_IFLNK]: 'S_IFLNK',
};
const typedMode = numeric((value) => {
  const type = fileTypes[value & S_IFMT];
  const mode = `0${(value & ~S_IFMT).toString(8)}`;
  return type === undefined ? mode : `${type}|${mode}`;
});

const device = numeric((value) => {
  // The way makedev(3) packs them: 12 bits of the major behind 8 of the minor, then the rest of either.
  const dev = BigInt.asUintN(64, BigInt(value));
  if (dev === 0n) return '0';
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return `makedev(${major}, ${minor})`;
});

const socketType = numeric((value) => {
  const { NONBLOCK, CLOEXEC, ...types } = SOCK;
  const kind = value & 0xf;
  const name = Object.entries(types).find(([, number]) => number === kind)?.[0];
  const rest = describeFlags(value - kind, { NONBLOCK, CLOEXEC }, 'SOCK_');
  return `${name === undefined ? String(kind) : `SOCK_${name}`}${rest === '0' ? '' : `|${rest}`}`;
});

/** How the arguments of a call are shown, in their order; those left out are shown as they are. */
export const signatures: Readonly<Record<string, readonly (Kind | undefined)[]>> = {
  accept4: [none, pointer, pointer, socketType],
  bind: [none, sockaddr],
  bpf: [named(bpfCommands), by(0, (command) => bpfAttrs[command])],
  capset: [capHeader, capData],
  chdir: [text],
  chroot: [text],
  clock_gettime: [named(clockNames)],
  clock_nanosleep: [named(clockNames), none, timespec],
  clone3: [cloneArgs],
  close_range: [none, numeric((value) => (value === 0xffff_ffff ? '~0U' : undefined)), flags(CLOSE_RANGE, 'CLOSE_RANGE_')],
  connect: [none, sockaddr],
  dup3: [none, none, open],
  execve: [text, texts, texts],
  execveat: [dirfd, text, texts, texts, atFlags],
  faccessat: [dirfd, text, access],
  faccessat2: [dirfd, text, access, flags({ ...at, EACCESS }, 'AT_')],
  fallocate: [none, flags(fallocateModes, 'FALLOC_FL_')],
  fchmod: [none, octal],
  fchmodat: [dirfd, text, octal],
  fchownat: [dirfd, text, none, none, atFlags],
  fcntl: [none, oneOf(F, 'F_', (name) => !isSeal(name)), fcntlArgument],
  flock: [none, flags(lockFlags, 'LOCK_')],
  fsconfig: [none, oneOf(FSCONFIG, 'FSCONFIG_'), text, text],
  fsmount: [none, flags(FSMOUNT, 'FSMOUNT_'), flags(MOUNT_ATTR, 'MOUNT_ATTR_')],
  fsopen: [text, flags(FSOPEN, 'FSOPEN_')],
  fspick: [dirfd, text, flags(FSPICK, 'FSPICK_')],
  ioctl: [none, named(ioctlNames), ioctlArgument],
  kill: [none, signal],
  linkat: [dirfd, text, dirfd, text, atFlags],
  memfd_create: [text, flags(MFD, 'MFD_')],
  mkdirat: [dirfd, text, octal],
  mknodat: [dirfd, text, typedMode, device],
  mount: [text, text, text, mountFlags, text],
  mount_setattr: [dirfd, text, atFlags, mountAttrs],
  move_mount: [dirfd, text, dirfd, text, flags(MOVE_MOUNT, 'MOVE_MOUNT_')],
  nanosleep: [timespec, pointer],
  open_tree: [dirfd, text, flags({ ...prefixed('AT_', at), ...prefixed('OPEN_TREE_', OPEN_TREE) }, '')],
  openat: [dirfd, text, open, octal],
  openat2: [dirfd, text, openHow],
  pidfd_send_signal: [none, signal, pointer],
  pivot_root: [text, text],
  ppoll: [pollfds, none, timespec, sigset],
  prctl: [oneOf(PR, 'PR_', (name) => !isAmbient(name)), prctlArgument],
  prlimit64: [none, named(rlimitNames), rlimit, pointer],
  pread64: [none, pointer],
  pwrite64: [none, data(2)],
  read: [none, pointer],
  readlinkat: [dirfd, text],
  recvfrom: [none, none, none, messageFlags, pointer, pointer],
  recvmsg: [none, msghdr, messageFlags],
  renameat: [dirfd, text, dirfd, text],
  renameat2: [dirfd, text, dirfd, text, flags(RENAME, 'RENAME_')],
  rt_sigaction: [signal, sigaction, pointer],
  rt_sigprocmask: [named(maskHowNames), sigset, pointer],
  rt_sigtimedwait: [sigset, pointer, timespec],
  sched_setattr: [none, schedAttr],
  sched_setscheduler: [none, named(policyNames)],
  seccomp: [named(seccompOperations), flags(seccompFlags, 'SECCOMP_FILTER_FLAG_')],
  sendmsg: [none, msghdr, messageFlags],
  sendto: [none, data(2), none, messageFlags, sockaddr],
  set_mempolicy: [named(memoryPolicyNames)],
  setdomainname: [text],
  sethostname: [text],
  setns: [none, cloneFlags],
  signalfd4: [none, sigset, none, open],
  socket: [oneOf(AF, 'AF_'), socketType],
  socketpair: [oneOf(AF, 'AF_'), socketType, none, pointer],
  statx: [dirfd, text, flags({ ...at, STATX_FORCE_SYNC, STATX_DONT_SYNC }, 'AT_'), flags(STATX, 'STATX_'), pointer],
  symlinkat: [text, dirfd, text],
  umask: [octal],
  umount2: [text, flags({ ...prefixed('MNT_', MNT), UMOUNT_NOFOLLOW: 0x8 }, '')],
  unlinkat: [dirfd, text, flags({ REMOVEDIR }, 'AT_')],
  unshare: [cloneFlags],
  waitid: [oneOf(P, 'P_'), none, pointer, waitOptions, pointer],
  write: [none, data(2)],
  writev: [none, vectors(2), none],
};
