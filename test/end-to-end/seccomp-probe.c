// Makes the calls that its arguments name, as a hostile command would, and says what the kernel said: `mount=EPERM`.
// The numbers are the kernel's, since a C library leaves most of these out.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define X32 0x40000000

static long raw(const char *name) {
  char buffer[64];
  struct iovec local = {buffer, sizeof buffer}, remote = {(void *)0x400000, sizeof buffer};
  struct io_uring_params params = {0};
#define IS(text) (strcmp(name, text) == 0)
  if (IS("mount")) return syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, 0);
  if (IS("fsopen")) return syscall(430, "tmpfs", 0);
  if (IS("open_tree")) return syscall(428, AT_FDCWD, "/", 1);
  if (IS("umount2")) return syscall(SYS_umount2, "/proc", 2);
  if (IS("pivot_root")) return syscall(SYS_pivot_root, "/", "/mnt");
  if (IS("setns")) return syscall(SYS_setns, open("/proc/self/ns/net", O_RDONLY), 0);
  if (IS("unshare")) return syscall(SYS_unshare, CLONE_NEWUSER);
  if (IS("clone")) return syscall(SYS_clone, CLONE_NEWUSER | 17, 0, 0, 0, 0);
  if (IS("clone3")) return syscall(435, buffer, 64);
  if (IS("ptrace")) return syscall(SYS_ptrace, PTRACE_ATTACH, 1, 0, 0);
  if (IS("process_vm_writev")) return syscall(SYS_process_vm_writev, 1, &local, 1, &remote, 1, 0);
  if (IS("pidfd_getfd")) return syscall(438, syscall(434, 1, 0), 0, 0);
  if (IS("io_uring")) return syscall(425, 4, &params);
  if (IS("keyctl")) return syscall(SYS_keyctl, 0, -3, 0, 0, 0);
  if (IS("add_key")) return syscall(SYS_add_key, "user", "standpipe", "x", 1, -3);
  if (IS("userfaultfd")) return syscall(SYS_userfaultfd, 0);
  if (IS("bpf")) return syscall(SYS_bpf, 0, buffer, 16);
  if (IS("perf_event_open")) return syscall(SYS_perf_event_open, buffer, 0, -1, -1, 0);
  if (IS("open_by_handle_at")) return syscall(SYS_open_by_handle_at, AT_FDCWD, buffer, 0);
  if (IS("init_module")) return syscall(SYS_init_module, "", 0, "");
  if (IS("kexec_load")) return syscall(SYS_kexec_load, 0, 0, 0, 0);
  if (IS("reboot")) return syscall(SYS_reboot, 1, 2, 3, 0);
  if (IS("swapon")) return syscall(SYS_swapon, "/none", 0);
  if (IS("syslog")) return syscall(SYS_syslog, 3, buffer, sizeof buffer);
  if (IS("settimeofday")) return syscall(SYS_settimeofday, 0, 0);
  if (IS("nfsservctl")) return syscall(SYS_nfsservctl, 0, 0, 0);
  if (IS("quotactl")) return syscall(SYS_quotactl, 0, 0, 0, 0);
  if (IS("vsock")) return socket(AF_VSOCK, SOCK_STREAM, 0);
  if (IS("alg")) return socket(AF_ALG, SOCK_SEQPACKET, 0);
  if (IS("personality")) return syscall(SYS_personality, 0x0400000); // READ_IMPLIES_EXEC
  if (IS("TIOCSTI")) return ioctl(0, TIOCSTI, "#");
  if (IS("newer")) return syscall(460 + 30);
  if (IS("uname")) return syscall(SYS_uname, (char[400]){0});
  if (IS("getpid")) return syscall(SYS_getpid);
  if (IS("seccomp")) return syscall(SYS_seccomp, 1, 0, 0);
#ifdef __x86_64__
  if (IS("x32-mount")) return syscall(X32 | SYS_mount, "none", "/mnt", "tmpfs", 0, 0);
  if (IS("x86-mount")) { // by int 0x80, whose arguments have 32 bits: addresses that don't fit come out as EFAULT at best
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(21), "b"(0), "c"(0), "d"(0), "S"(0), "D"(0) : "memory");
    if (result < 0) {
      errno = -result;
      return -1;
    }
    return result;
  }
#endif
  errno = EDOM;
  return -1;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      errno = 0;
      long result = raw(argv[i]);
      printf("%s=%s\n", argv[i], result == -1 ? strerrorname_np(errno) : "ok");
      fflush(stdout);
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) printf("%s=SIG%s\n", argv[i], sigabbrev_np(WTERMSIG(status)));
  }
  return 0;
}
