/*
 * What the default container's program does, written by hand: the same system calls in the same order, with nothing
 * that reads a program in between. standpipe-init is measured against it.
 *
 *     bare-container ROOTFS STATE_ROOT ID BUNDLE
 *
 * The config is `standpipe spec` without the mount of cgroups, which depends on the machine, with /bin/true as its command.
 * Freestanding as init is, so that no libc's start is measured either.
 */
#include <asm/unistd.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <linux/stat.h>
#include <linux/wait.h>
#undef NR_write
#include "../../packages/program/init/syscall.h"

typedef unsigned long u64;

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#define ENOENT 2
#define EAGAIN 11
#define EEXIST 17
#define EINVAL 22
#define SIGCHLD 17
#define AF_UNIX 1
#define SEQPACKET 5
#define SOCK_CLOEXEC 02000000
#define MOVE_FD_TO_FD (MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)
#define ROUND 8 /* bytes of a sigset */

static long sys6(long nr, long a, long b, long c, long d, long e, long f) { return raw_syscall(nr, a, b, c, d, e, f); }
#define PICK(_1, _2, _3, _4, _5, _6, _7, NAME, ...) NAME
#define S1(n) sys6(n, 0, 0, 0, 0, 0, 0)
#define S2(n, a) sys6(n, (long)(a), 0, 0, 0, 0, 0)
#define S3(n, a, b) sys6(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define S4(n, a, b, c) sys6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define S5(n, a, b, c, d) sys6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define S6(n, a, b, c, d, e) sys6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define S7(n, a, b, c, d, e, f) sys6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define SYS(name, ...) PICK(__NR_##name __VA_OPT__(, ) __VA_ARGS__, S7, S6, S5, S4, S3, S2, S1)(__NR_##name __VA_OPT__(, ) __VA_ARGS__)

static void __attribute__((noreturn)) leave(int code) {
  for (;;) SYS(exit_group, code);
}

/* The line is the exit code, for want of a better message. */
static long must_at(long result, int line) {
  if (result < 0 && result > -4096) leave(line & 0x7f ? line & 0x7f : 1);
  return result;
}
#define MUST(name, ...) must_at(SYS(name, __VA_ARGS__), __LINE__)

static u64 length(const char *s) {
  u64 n = 0;
  while (s[n]) n++;
  return n;
}

static char *append(char *at, const char *s) {
  while (*s) *at++ = *s++;
  *at = 0;
  return at;
}

static char *append_number(char *at, u64 n) {
  char digits[20];
  int count = 0;
  do digits[count++] = (char)('0' + n % 10);
  while (n /= 10);
  while (count) *at++ = digits[--count];
  *at = 0;
  return at;
}

static void reset_signals(void) {
  static const char by_default[32];
  static const char none[ROUND];
  for (int signal = 1; signal <= 64; signal++) SYS(rt_sigaction, signal, by_default, 0, ROUND);
  SYS(rt_sigprocmask, 2, none, 0, ROUND);
}

static long in_root(long root, const char *path, u64 flags) {
  struct open_how how = {.flags = flags | O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  return SYS(openat2, root, path, &how, sizeof how);
}

static void set_attributes(long fd, u64 flags, u64 set, u64 propagation) {
  struct mount_attr attr = {.attr_set = set, .propagation = propagation};
  MUST(mount_setattr, fd, "", AT_EMPTY_PATH | flags, &attr, sizeof attr);
}

/* `options` are pairs of names and values, a flag's value is 0; ended by 0. */
static long new_mount(const char *type, const char *const *options, u64 attributes) {
  long fs = MUST(fsopen, type, FSOPEN_CLOEXEC);
  for (; *options; options += 2) MUST(fsconfig, fs, options[1] ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, options[0], options[1], 0);
  MUST(fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
  long mount = MUST(fsmount, fs, FSMOUNT_CLOEXEC, attributes);
  SYS(close, fs);
  return mount;
}

struct mount {
  const char *path, *type;
  const char *options[12];
  u64 attributes, flags;
  const char *missing; /* name below /dev, when it has to be made there */
  int look;
};

#define NOSUID MOUNT_ATTR_NOSUID
#define NODEV MOUNT_ATTR_NODEV
#define NOEXEC MOUNT_ATTR_NOEXEC

static const struct mount mounts[] = {
    {"proc", "proc", {"source", "proc"}, 0, O_NOFOLLOW, 0, 0},
    {"dev", "tmpfs", {"source", "tmpfs", "mode", "755", "size", "65536k"}, NOSUID | MOUNT_ATTR_STRICTATIME, 0, 0, 1},
    {"dev/pts", "devpts", {"source", "devpts", "newinstance", 0, "ptmxmode", "0666", "mode", "0620", "gid", "5"}, NOSUID | NOEXEC, 0, "pts", 1},
    {"dev/shm", "tmpfs", {"source", "shm", "mode", "1777", "size", "65536k"}, NOSUID | NODEV | NOEXEC, 0, "shm", 1},
    {"dev/mqueue", "mqueue", {"source", "mqueue"}, NOSUID | NODEV | NOEXEC, 0, "mqueue", 1},
    {"sys", "sysfs", {"source", "sysfs", "ro", 0}, MOUNT_ATTR_RDONLY | NOSUID | NODEV | NOEXEC, O_NOFOLLOW, 0, 1},
};

static void mount_all(long root) {
  static char statfs[120];
  for (u64 i = 0; i < sizeof mounts / sizeof *mounts; i++) {
    const struct mount *m = &mounts[i];
    long target = in_root(root, m->path, O_DIRECTORY | m->flags);
    if (m->missing && target == -ENOENT) {
      long dir = in_root(root, ".", O_DIRECTORY);
      SYS(mkdirat, dir, "dev", 0755);
      SYS(close, dir);
      dir = in_root(root, "dev", 0);
      MUST(mkdirat, dir, m->missing, 0755);
      SYS(close, dir);
      target = in_root(root, m->path, O_DIRECTORY);
    }
    must_at(target, __LINE__);
    if (m->look) MUST(fstatfs, target, statfs);
    long mount = new_mount(m->type, m->options, m->attributes);
    MUST(move_mount, mount, "", target, "", MOVE_FD_TO_FD);
    SYS(close, target);
    SYS(close, mount);
  }
}

static void make_devices(long root) {
  static const struct {
    const char *name;
    int major, minor;
  } nodes[] = {{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
  static const char *const links[][2] = {{"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"}, {"/proc/self/fd/2", "stderr"}};
  long dev = must_at(in_root(root, "dev", 0), __LINE__);
  long umask = SYS(umask, 0);
  for (int i = 0; i < 6; i++) MUST(mknodat, dev, nodes[i].name, 020666, nodes[i].major << 8 | nodes[i].minor);
  for (int i = 0; i < 4; i++) MUST(symlinkat, links[i][0], dev, links[i][1]);
  if (SYS(faccessat, AT_FDCWD, "/proc/kcore", 0) == 0) MUST(symlinkat, "/proc/kcore", dev, "core");
  MUST(symlinkat, "pts/ptmx", dev, "ptmx");
  SYS(umask, umask);
  SYS(close, dev);
}

static void pivot(long root) {
  set_attributes(root, 0, MOUNT_ATTR_RDONLY, 0);
  long old = MUST(openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  MUST(fchdir, root);
  MUST(pivot_root, ".", ".");
  MUST(fchdir, old);
  set_attributes(old, AT_RECURSIVE, 0, MS_SLAVE);
  MUST(umount2, ".", 2);
  SYS(close, old);
  MUST(chdir, "/");
}

static void protect(long root) {
  static const char *const paths[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
  for (int i = 0; i < 5; i++) {
    long fd = in_root(root, paths[i], 0);
    if (fd == -ENOENT) continue;
    must_at(fd, __LINE__);
    long tree = MUST(open_tree, fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
    set_attributes(tree, AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0);
    MUST(move_mount, tree, "", fd, "", MOVE_FD_TO_FD);
    SYS(close, tree);
    SYS(close, fd);
  }
}

static void mask(long root) {
  static const char *const paths[] = {"proc/acpi",       "proc/asound",      "proc/kcore",   "proc/keys", "proc/latency_stats",
                                      "proc/timer_list", "proc/timer_stats", "proc/sched_debug", "sys/firmware", "proc/scsi"};
  static const char *const empty[] = {"source", "tmpfs", "ro", 0, "nr_blocks", "1", "nr_inodes", "1", 0};
  static struct statx stat;
  long null = must_at(in_root(root, "dev/null", 0), __LINE__);
  MUST(statx, null, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stat);
  if (stat.stx_rdev_major != 1 || stat.stx_rdev_minor != 3) leave(1);
  long folder = new_mount("tmpfs", empty, MOUNT_ATTR_RDONLY);
  int used = 0;
  for (int i = 0; i < 10; i++) {
    long fd = in_root(root, paths[i], 0);
    if (fd == -ENOENT) continue;
    must_at(fd, __LINE__);
    MUST(statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE, &stat);
    int directory = (stat.stx_mode & 0170000) == 040000;
    /* The first directory gets the mount itself, the others clones of it. */
    if (directory && !used++) {
      MUST(move_mount, folder, "", fd, "", MOVE_FD_TO_FD);
    } else {
      long tree = MUST(open_tree, directory ? folder : null, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
      MUST(move_mount, tree, "", fd, "", MOVE_FD_TO_FD);
      SYS(close, tree);
    }
    SYS(close, fd);
  }
  SYS(close, folder);
  SYS(close, null);
}

static void restrict_process(const char *keyring) {
  long key = SYS(keyctl, KEYCTL_JOIN_SESSION_KEYRING, keyring);
  if (key >= 0) MUST(keyctl, KEYCTL_SETPERM, key, 0x3f1b0000);
  MUST(sethostname, "standpipe", 9);
  struct rlimit64 limit = {1024, 1024};
  MUST(prlimit64, 0, RLIMIT_NOFILE, &limit, 0);
  MUST(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  MUST(chdir, "/");
  const u64 kept = 1UL << CAP_KILL | 1UL << CAP_NET_BIND_SERVICE | 1UL << CAP_AUDIT_WRITE;
  for (int cap = 0; cap < 64; cap++)
    if (!(kept >> cap & 1) && SYS(prctl, PR_CAPBSET_DROP, cap, 0, 0, 0) == -EINVAL) break;
  MUST(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
  static struct statx stat;
  for (int fd = 0; fd < 3; fd++) MUST(statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_UID, &stat);
  MUST(setgroups, 0, 0);
  MUST(setresgid, 0, 0, 0);
  MUST(setresuid, 0, 0, 0);
  MUST(umask, 022);
  static char cwd[4096];
  MUST(getcwd, cwd, sizeof cwd);
  /* HOME: as the user whom /etc/passwd names, if it is there. */
  static char passwd[4096];
  long fd = SYS(openat, AT_FDCWD, "/etc/passwd", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0);
  if (fd >= 0) SYS(read, fd, passwd, sizeof passwd);
  SYS(close, fd);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{(unsigned)kept, (unsigned)kept, 0}, {0, 0, 0}};
  MUST(capset, &header, data);
}

static void __attribute__((noreturn)) container(long *sync, long proc, const char *rootfs, const char *keyring) {
  static u64 packet[2];
  SYS(close, sync[0]);
  MUST(prctl, PR_SET_PDEATHSIG, 9, 0, 0, 0);
  SYS(recvfrom, sync[1], packet, 16, 0x42, 0, 0);
  MUST(read, sync[1], packet, 16);
  static struct {
    char name[16];
    short flags;
    char rest[22];
  } lo = {"lo", 1, {0}}; /* struct ifreq: IFF_UP */
  long socket = MUST(socket, AF_UNIX, 2 | SOCK_CLOEXEC, 0);
  MUST(ioctl, socket, SIOCSIFFLAGS, &lo);
  SYS(close, socket);
  SYS(close, proc);
  MUST(setsid);
  struct mount_attr slave = {.propagation = MS_SLAVE};
  MUST(mount_setattr, AT_FDCWD, "/", AT_RECURSIVE | AT_SYMLINK_NOFOLLOW, &slave, sizeof slave);
  long path = MUST(openat, AT_FDCWD, rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  long root = MUST(open_tree, path, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
  set_attributes(root, 0, 0, MS_PRIVATE);
  MUST(move_mount, root, "", path, "", MOVE_FD_TO_FD);
  SYS(close, path);
  long umask = SYS(umask, 022);
  mount_all(root);
  SYS(umask, umask);
  make_devices(root);
  pivot(root);
  protect(root);
  mask(root);
  restrict_process(keyring);
  MUST(prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
  packet[0] = 2;
  MUST(sendto, sync[1], packet, 16, 0x4000, 0, 0);
  static const char none[ROUND];
  SYS(rt_sigprocmask, 2, none, 0, ROUND);
  MUST(close_range, 3, ~0U, 4);
  reset_signals();
  static const char *const argv[] = {"/bin/true", 0};
  static const char *const envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", "HOME=/", 0};
  MUST(execve, argv[0], argv, envp);
  leave(1);
}

void __attribute__((noreturn, used)) init_main(u64 *stack) {
  const char **argv = (const char **)(stack + 1);
  if (stack[0] != 5) leave(2);
  const char *rootfs = argv[1], *state_root = argv[2], *id = argv[3], *bundle = argv[4];

  for (int fd = 0; fd < 3; fd++) MUST(fcntl, fd, F_GETFD, 0);
  for (int fd = 0; fd < 3; fd++) MUST(fcntl, fd, F_GETFL, 0);
  MUST(close_range, 3, ~0U, 0);
  reset_signals();
  MUST(prctl, PR_SET_NAME, "bare-container", 0, 0, 0);
  static char all[ROUND];
  for (int i = 0; i < ROUND; i++) all[i] = (char)0xff;
  MUST(rt_sigprocmask, 2, all, 0, ROUND);

  static struct statx stat;
  static char link[32], entries[512];
  long state = MUST(openat, AT_FDCWD, state_root, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
  MUST(geteuid);
  MUST(statx, state, "", AT_EMPTY_PATH, STATX_UID | STATX_MODE, &stat);
  MUST(mkdirat, state, id, 0700);
  long dir = MUST(openat, state, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
  MUST(flock, dir, 6);
  MUST(getdents64, dir, entries, sizeof entries);

  static char statfs[120], keyring[64];
  long proc = MUST(openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  MUST(fstatfs, proc, statfs);
  int pair[2];
  MUST(socketpair, AF_UNIX, SEQPACKET | SOCK_CLOEXEC, 0, pair);
  long sync[2] = {pair[0], pair[1]};
  append(append(keyring, "_ses."), id);
  int pidfd = -1;
  struct clone_args args = {
      .flags = CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET, .pidfd = (u64)&pidfd, .exit_signal = SIGCHLD};
  long pid = MUST(clone3, &args, sizeof args);
  if (pid == 0) container(sync, proc, rootfs, keyring);
  SYS(close, sync[1]);

  append_number(append(link, "/proc/"), (u64)pid);
  MUST(symlinkat, link, dir, "foreground-process");
  static char boot_id[36], head[4096], tail[256];
  long file = MUST(openat, AT_FDCWD, "/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC, 0);
  MUST(read, file, boot_id, 36);
  SYS(close, file);
  MUST(statx, pidfd, "", AT_EMPTY_PATH, STATX_INO, &stat);
  u64 clock[2];
  MUST(clock_gettime, 7, clock);
  char *at = append(append(append(head, "{\"ociVersion\":\"1.3.0\",\"id\":\""), id), "\",\"bundle\":\"");
  append(append(at, bundle), "\",\"annotations\":{},\"foreground\":true,\"bootId\":\"");
  at = append_number(append(tail, "\",\"pid\":"), (u64)pid);
  at = append_number(append(at, ",\"pidfdInode\":\""), stat.stx_ino);
  at = append_number(append(at, "\",\"aliveAt\":{\"seconds\":"), clock[0]);
  append(append_number(append(at, ",\"nanoseconds\":"), clock[1]), "}}\n");
  const u64 pieces[] = {(u64)head, length(head), (u64)boot_id, 36, (u64)tail, length(tail)};
  file = MUST(openat, dir, "creating.json", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  MUST(writev, file, pieces, 3);
  SYS(close, file);

  static u64 packet[2] = {1, 0};
  MUST(sendto, sync[0], packet, 16, 0x4000, 0, 0);
  if (MUST(read, sync[0], packet, 16) < 1) leave(1);
  if (MUST(read, sync[0], packet, 16) != 0) leave(1);
  MUST(renameat, dir, "creating.json", dir, "state.json");
  static char info[128];
  MUST(waitid, P_PIDFD, pidfd, info, WEXITED | WNOHANG, 0);
  while (*(int *)info == 0) {
    MUST(rt_sigtimedwait, all, 0, 0, ROUND);
    MUST(waitid, P_PIDFD, pidfd, info, WEXITED | WNOHANG, 0);
  }
  int code = *(int *)(info + 24);
  SYS(pidfd_send_signal, pidfd, 9, 0, 0);
  SYS(waitid, P_PIDFD, pidfd, 0, WEXITED, 0);
  SYS(unlinkat, dir, "creating.json", 0);
  MUST(unlinkat, dir, "state.json", 0);
  MUST(unlinkat, dir, "foreground-process", 0);
  MUST(unlinkat, state, id, AT_REMOVEDIR);
  leave(code);
}
