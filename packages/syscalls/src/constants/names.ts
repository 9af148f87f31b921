/** Numbers that are only ever shown by name here; who passes them has names of their own. */

/** Resources of prlimit(2) by number. The same on x86-64, arm64, riscv64, ppc64le and s390x. */
export const rlimitNames: readonly string[] =
  'CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME'
    .split(' ')
    .map((name) => `RLIMIT_${name}`);

export const clockNames: readonly string[] =
  'REALTIME MONOTONIC PROCESS_CPUTIME_ID THREAD_CPUTIME_ID MONOTONIC_RAW REALTIME_COARSE MONOTONIC_COARSE BOOTTIME'
    .split(' ')
    .map((name) => `CLOCK_${name}`);

export const policyNames: readonly string[] = [
  'SCHED_OTHER',
  'SCHED_FIFO',
  'SCHED_RR',
  'SCHED_BATCH',
  'SCHED_4',
  'SCHED_IDLE',
  'SCHED_DEADLINE',
];

export const memoryPolicyNames: readonly string[] = 'DEFAULT PREFERRED BIND INTERLEAVE LOCAL PREFERRED_MANY WEIGHTED_INTERLEAVE'
  .split(' ')
  .map((name) => `MPOL_${name}`);

export const maskHowNames: readonly string[] = ['SIG_BLOCK', 'SIG_UNBLOCK', 'SIG_SETMASK'];

/** As they are on all architectures but alpha, mips, ppc and sparc. @man ioctl_tty(2), netdevice(7) */
export const ioctlNames: Readonly<Record<number, string>> = {
  0x5401: 'TCGETS',
  0x5402: 'TCSETS',
  0x5403: 'TCSETSW',
  0x5404: 'TCSETSF',
  0x540e: 'TIOCSCTTY',
  0x540f: 'TIOCGPGRP',
  0x5410: 'TIOCSPGRP',
  0x5413: 'TIOCGWINSZ',
  0x5414: 'TIOCSWINSZ',
  0x541b: 'FIONREAD',
  0x5421: 'FIONBIO',
  0x5422: 'TIOCNOTTY',
  0x5441: 'TIOCGPTPEER',
  0x8913: 'SIOCGIFFLAGS',
  0x8914: 'SIOCSIFFLAGS',
  0x40045431: 'TIOCSPTLCK',
  0x80045430: 'TIOCGPTN',
  0xb701: 'NS_GET_USERNS',
  0xb702: 'NS_GET_PARENT',
  0xb703: 'NS_GET_NSTYPE',
};

export const lockFlags = { SH: 1, EX: 2, NB: 4, UN: 8 } as const;
export const accessModes = { R_OK: 4, W_OK: 2, X_OK: 1, F_OK: 0 } as const;
export const pollEvents = { IN: 0x1, PRI: 0x2, OUT: 0x4, ERR: 0x8, HUP: 0x10, NVAL: 0x20, RDHUP: 0x2000 } as const;
export const fallocateModes = { KEEP_SIZE: 0x1, PUNCH_HOLE: 0x2, COLLAPSE_RANGE: 0x8, ZERO_RANGE: 0x10 } as const;
export const seccompOperations: readonly string[] = [
  'SECCOMP_SET_MODE_STRICT',
  'SECCOMP_SET_MODE_FILTER',
  'SECCOMP_GET_ACTION_AVAIL',
  'SECCOMP_GET_NOTIF_SIZES',
];
export const seccompFlags = {
  TSYNC: 0x1,
  LOG: 0x2,
  SPEC_ALLOW: 0x4,
  NEW_LISTENER: 0x8,
  TSYNC_ESRCH: 0x10,
  WAIT_KILLABLE_RECV: 0x20,
} as const;

/** Commands of bpf(2) about programs. */
export const bpfCommands: Readonly<Record<number, string>> = {
  5: 'BPF_PROG_LOAD',
  8: 'BPF_PROG_ATTACH',
  9: 'BPF_PROG_DETACH',
  13: 'BPF_PROG_GET_FD_BY_ID',
  15: 'BPF_OBJ_GET_INFO_BY_FD',
  16: 'BPF_PROG_QUERY',
};
