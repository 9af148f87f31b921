import { expect } from 'chai';
import { describe, it } from 'mocha';
import { AT, CLONE, describeCall, type DescribableArg, describeFlags, MFD, O, openFlags, type Pointed, RESOLVE } from '@standpipe/syscalls';

describe('a call as strace shows it', () => {
  const how = (flags: number, mode: number, resolve: number): Uint8Array =>
    new Uint8Array(new BigUint64Array([BigInt(flags), BigInt(mode), BigInt(resolve)]).buffer);
  const words = (...values: readonly number[]): Uint8Array => new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  const calls: readonly [string, readonly DescribableArg[], string][] = [
    [
      'openat2',
      [3, 'etc', how(O.PATH | O.CLOEXEC, 0, RESOLVE.IN_ROOT), 24],
      'openat2(3, "etc", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_IN_ROOT}, 24)',
    ],
    [
      'openat2',
      [3, 'new', how(O.WRONLY | O.CREAT | O.EXCL, 0o644, 0), 24],
      'openat2(3, "new", {flags=O_WRONLY|O_CREAT|O_EXCL, mode=0644}, 24)',
    ],
    ['openat', [AT.FDCWD, 'a"b\n', O.RDONLY, 0], 'openat(AT_FDCWD, "a\\"b\\n", O_RDONLY, 0)'],
    ['openat', [AT.FDCWD, 'x', O.TMPFILE | O.RDWR, 0o600], 'openat(AT_FDCWD, "x", O_RDWR|O_TMPFILE, 0600)'],
    ['write', [4, new TextEncoder().encode('a\t"b"\n'), 6], 'write(4, "a\\x09\\"b\\"\\n", 6)'],
    ['write', [4, new Uint8Array(40).fill(0x61), 40], `write(4, "${'a'.repeat(32)}"..., 40)`],
    ['read', [4, new Uint8Array(40), 40], 'read(4, <40 bytes>, 40)'],
    ['memfd_create', ['init', MFD.CLOEXEC | MFD.ALLOW_SEALING | 0x100], 'memfd_create("init", MFD_CLOEXEC|MFD_ALLOW_SEALING|0x100)'],
    ['fcntl', [3, 1033, 3], 'fcntl(3, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_SHRINK)'],
    ['fcntl', [3, 4], 'fcntl(3, F_SETFL)'],
    ['unshare', [CLONE.NEWNS | CLONE.NEWPID], 'unshare(CLONE_NEWNS|CLONE_NEWPID)'],
    ['pidfd_send_signal', [5, 9, null, 0], 'pidfd_send_signal(5, SIGKILL, NULL, 0)'],
    ['execveat', [7, '', ['sh', '-c'], ['A=b'], AT.EMPTY_PATH], 'execveat(7, "", ["sh", "-c"], ["A=b"], AT_EMPTY_PATH)'],
    ['unlinkat', [3, 'd', AT.REMOVEDIR], 'unlinkat(3, "d", AT_REMOVEDIR)'],
    ['prctl', [38, 1, 0, 0, 0], 'prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)'],
    ['waitid', [3, 9, new Uint8Array(128), 5, null], 'waitid(P_PIDFD, 9, <128 bytes>, WEXITED|WNOHANG, NULL)'],
    ['unlinkat', [3, 'f', 0], 'unlinkat(3, "f", 0)'],
    ['mount', ['proc', '/proc', 'proc', 0xe, null], 'mount("proc", "/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)'],
    ['umount2', ['/mnt', 10], 'umount2("/mnt", MNT_DETACH|UMOUNT_NOFOLLOW)'],
    ['open_tree', [3, '', 0o2000000 | 0x9001], 'open_tree(3, "", AT_EMPTY_PATH|AT_RECURSIVE|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)'],
    ['move_mount', [3, '', AT.FDCWD, '/x', 4], 'move_mount(3, "", AT_FDCWD, "/x", MOVE_MOUNT_F_EMPTY_PATH)'],
    ['fsconfig', [3, 1, 'mode', '755', 0], 'fsconfig(3, FSCONFIG_SET_STRING, "mode", "755", 0)'],
    ['fsconfig', [3, 6, null, null, 0], 'fsconfig(3, FSCONFIG_CMD_CREATE, NULL, NULL, 0)'],
    [
      'mount_setattr',
      [3, '', 0x8000, words(0x100001, 0x70, 1 << 18, 7), 32],
      'mount_setattr(3, "", AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_IDMAP, attr_clr=MOUNT_ATTR__ATIME, propagation=MS_PRIVATE, userns_fd=7}, 32)',
    ],
    [
      'bpf',
      [5, words(15 + 2 ** 33, 0, 0, 1 + 2 ** 40, 0, 0, 0, 0), 64],
      'bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=2, log_level=1, log_size=256}, 64)',
    ],
    [
      'bpf',
      [8, words(3 + 2 ** 34, 6 + 6 * 2 ** 32, 9), 24],
      'bpf(BPF_PROG_ATTACH, {target_fd=3, attach_bpf_fd=4, attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI|BPF_F_REPLACE, replace_bpf_fd=9}, 24)',
    ],
    ['bpf', [16, words(0, 0), 16], 'bpf(BPF_PROG_QUERY, <16 bytes>, 16)'],
    ['clone3', [words(CLONE.NEWNS, 0, 0, 0, 17, 0, 0, 0), 64], 'clone3({flags=CLONE_NEWNS, exit_signal=SIGCHLD}, 64)'],
    ['mknodat', [3, 'null', 0o20666, 259], 'mknodat(3, "null", S_IFCHR|0666, makedev(1, 3))'],
    [
      'mknodat',
      [3, 'big', 0o60600, (0x12 << 8) | (0x345 & 0xff) | ((0x345 & ~0xff) << 12)],
      'mknodat(3, "big", S_IFBLK|0600, makedev(18, 837))',
    ],
    ['faccessat', [3, 'x', 5], 'faccessat(3, "x", R_OK|X_OK)'],
    ['rt_sigprocmask', [2, new Uint8Array(8).fill(0xff), null, 8], 'rt_sigprocmask(SIG_SETMASK, ~[], NULL, 8)'],
    [
      'rt_sigprocmask',
      [0, Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0x80), null, 8],
      'rt_sigprocmask(SIG_BLOCK, [SIGHUP SIGCHLD SIGRTMAX], NULL, 8)',
    ],
    [
      'rt_sigaction',
      [13, Uint8Array.from({ length: 32 }, (_, at) => Number(at === 0)), null, 8],
      'rt_sigaction(SIGPIPE, {sa_handler=SIG_IGN}, NULL, 8)',
    ],
    ['prlimit64', [0, 7, words(1024, -1), null], 'prlimit64(0, RLIMIT_NOFILE, {rlim_cur=1024, rlim_max=RLIM_INFINITY}, NULL)'],
    ['nanosleep', [words(1, 5), null], 'nanosleep({tv_sec=1, tv_nsec=5}, NULL)'],
    ['socketpair', [1, 0o2000005, 0, null], 'socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0, NULL)'],
    ['connect', [3, Uint8Array.from([1, 0, 0x2f, 0x61, 0]), 5], 'connect(3, {sa_family=AF_UNIX, sun_path="/a"}, 5)'],
    [
      'bind',
      [3, Uint8Array.from([16, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x11, 0, 0, 0x80]), 12],
      'bind(3, {sa_family=AF_NETLINK, nl_pid=4294967295, nl_groups=0x80000011}, 12)',
    ],
    [
      'ppoll',
      [words(0x1_0000_0003, 0x5_ffff_ffff), 2, null, null, 8],
      'ppoll([{fd=3, events=POLLIN}, {fd=-1, events=POLLIN|POLLOUT}], 2, NULL, NULL, 8)',
    ],
    [
      'capset',
      [Uint8Array.of(0x22, 5, 8, 0x20, 0, 0, 0, 0), Uint8Array.from({ length: 24 }, (_, at) => Number(at === 12))],
      'capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=0x100000000, permitted=0x0, inheritable=0x0})',
    ],
    ['ioctl', [0, 0x5414, Uint8Array.of(24, 0, 80, 0, 0, 0, 0, 0)], 'ioctl(0, TIOCSWINSZ, {ws_row=24, ws_col=80})'],
    ['fcntl', [3, 4, 0o4002], 'fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK)'],
    ['close_range', [3, 0xffff_ffff, 4], 'close_range(3, ~0U, CLOSE_RANGE_CLOEXEC)'],
    ['prctl', [15, Uint8Array.from(Buffer.from('name\0')), 0, 0, 0], 'prctl(PR_SET_NAME, "name", 0, 0, 0)'],
    ['prctl', [47, 2, 5, 0, 0], 'prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 5, 0, 0)'],
    ['prctl', [1, 9, 0, 0, 0], 'prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)'],
    ['kill', [-1, 0], 'kill(-1, 0)'],
    ['openat', [{ name: 'root' }, { name: '&path' }, O.PATH, 0], 'openat(root, &path, O_PATH, 0)'],
    ['unknown_call', [1, 2n, null], 'unknown_call(1, 2, NULL)'],
  ];
  for (const [name, args, text] of calls) it(text, () => expect(sorted(describeCall(name, args))).to.equal(sorted(text)));

  it('follows pointers where it is told what they lead to', () => {
    const texts: Readonly<Record<number, Pointed>> = { 0: { name: '"sh"', bytes: Buffer.from('sh\0') }, 8: { name: '&script' } };
    const argv: Pointed = { name: '&argv', bytes: new Uint8Array(24), follow: (offset) => texts[offset] };
    expect(describeCall('execve', ['/bin/sh', argv, { name: '&envp' }])).to.equal('execve("/bin/sh", ["sh", &script], &envp)');
    const cell: Pointed = {
      name: '&clone_args',
      bytes: words(CLONE.PIDFD, 0, 0, 0, 0, 0, 0, 0),
      follow: (offset) => (offset === 8 ? { name: '&pidfd' } : undefined),
    };
    expect(describeCall('clone3', [cell, 64])).to.equal('clone3({flags=CLONE_PIDFD, pidfd=&pidfd}, 64)');
    const iov: Pointed = {
      name: '&iov',
      bytes: words(0, 2, 0, 4),
      follow: (offset) => (offset === 0 ? { name: '"ab"', bytes: Buffer.from('abc') } : { name: '&rest' }),
    };
    expect(describeCall('writev', [1, iov, 2])).to.equal('writev(1, [{"ab", 2}, {&rest, 4}], 2)');
    const message: Pointed = {
      name: '&msghdr',
      bytes: words(0, 0, 0, 2, 0, 24, 0),
      follow: (offset) => (offset === 16 ? iov : offset === 32 ? { name: '&control' } : undefined),
    };
    expect(describeCall('sendmsg', [3, message, 0x4000])).to.equal(
      'sendmsg(3, {msg_iov=[{"ab", 2}, {&rest, 4}], msg_control=&control, msg_controllen=24}, MSG_NOSIGNAL)',
    );
  });

  it('shows structures that are cut short by their size', () => {
    expect(describeCall('clone3', [new Uint8Array(8), 8])).to.equal('clone3(<8 bytes>, 8)');
    expect(describeCall('openat2', [3, 'x', new Uint8Array(23), 23])).to.equal('openat2(3, "x", <23 bytes>, 23)');
  });

  it('names flags as the given architecture numbers them', () => {
    expect(describeCall('openat', [3, 'x', openFlags('arm64').NOFOLLOW, 0], 'arm64')).to.equal('openat(3, "x", O_RDONLY|O_NOFOLLOW, 0)');
  });

  it('shows 0 by its name where it has one', () => {
    expect(describeFlags(0, { NONE: 0, SOME: 1 }, 'X_')).to.equal('X_NONE');
    expect(describeFlags(0, { SOME: 1 }, 'X_')).to.equal('0');
    expect(describeFlags(3, { BOTH: 3, ONE: 1 }, 'X_')).to.equal('X_BOTH');
  });
});

/** Flags in any order. */
function sorted(text: string): string {
  return text.replace(/[A-Z_0-9x]+(\|[A-Z_0-9x]+)+/g, (flags) => flags.split('|').sort().join('|'));
}
