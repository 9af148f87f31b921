/*
 * What a hostile process inside a container can get hold of while exec joins it: looks for processes that are still
 * standpipe-init, stops each time and again, and tries its files in /proc and ptrace(2). Prints a line for each try, to a file:
 *
 *     spy LOG SECONDS
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static FILE *log_file;

static void look(int pid, const char *name) {
  char path[300], target[4096];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length < 0) fprintf(log_file, "%s %s\n", name, strerror(errno));
  else fprintf(log_file, "%s -> %.*s\n", name, (int)length, target);
}

static void search(int pid) {
  char path[300];
  look(pid, "root");
  look(pid, "cwd");
  look(pid, "exe");
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *directory = opendir(path);
  if (!directory) fprintf(log_file, "fd %s\n", strerror(errno));
  for (struct dirent *entry; directory && (entry = readdir(directory));) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "fd/%s", entry->d_name);
    look(pid, path);
  }
  if (directory) closedir(directory);
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  int mem = open(path, O_RDWR);
  fprintf(log_file, "mem %s\n", mem < 0 ? strerror(errno) : "open");
  if (mem >= 0) close(mem);
  long seized = ptrace(PTRACE_SEIZE, pid, 0, 0);
  fprintf(log_file, "ptrace %s\n", seized < 0 ? strerror(errno) : "seized");
  if (seized == 0) {
    ptrace(PTRACE_INTERRUPT, pid, 0, 0);
    waitpid(pid, NULL, __WALL);
    ptrace(PTRACE_DETACH, pid, 0, 0);
  }
}

static int is_init(int pid) {
  char path[64], name[32] = "";
  snprintf(path, sizeof path, "/proc/%d/comm", pid);
  int fd = open(path, O_RDONLY);
  if (fd < 0) return 0;
  ssize_t length = read(fd, name, sizeof name - 1);
  close(fd);
  return length > 0 && strncmp(name, "standpipe-init", 14) == 0;
}

int main(int argc, char **argv) {
  if (argc != 3 || !(log_file = fopen(argv[1], "w"))) return 2;
  setvbuf(log_file, NULL, _IOLBF, 0);
  fprintf(log_file, "watching\n");
  int own = getpid(), last = own;
  for (time_t end = time(NULL) + atoi(argv[2]); time(NULL) < end;) {
    /* Pids come one after the other, so that the next ones are looked at, and no directory is read. */
    for (int pid = last + 1; pid < last + 20; pid++) {
      /* Stopped again and again, it is seen at every stage. */
      while (is_init(pid) && !kill(pid, SIGSTOP)) {
        fprintf(log_file, "found\n");
        search(pid);
        /* The stop may have come when it had executed its command, which is nobody's secret. */
        fprintf(log_file, is_init(pid) ? "in time\n" : "too late\n");
        kill(pid, SIGCONT);
        last = pid;
      }
    }
  }
  return 0;
}
