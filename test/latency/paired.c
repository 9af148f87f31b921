/*
 * Times two commands against each other: starts them by turns, so that what disturbs one disturbs the other,
 * and prints for each the least and the median time from vfork to exit, in microseconds.
 *
 *     paired ROUNDS A… -- B…
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static double run(char **argv) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int fd = 0; fd < 2; fd++) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  double start = now();
  pid_t pid;
  int status, error = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
  if (error) {
    fprintf(stderr, "%s: %s\n", argv[0], strerror(error));
    exit(2);
  }
  waitpid(pid, &status, 0);
  double taken = now() - start;
  posix_spawn_file_actions_destroy(&actions);
  if (!WIFEXITED(status) || WEXITSTATUS(status)) {
    fprintf(stderr, "%s: exited with %d\n", argv[0], WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    exit(2);
  }
  return taken;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 0, split = 2;
  while (split < argc && strcmp(argv[split], "--")) split++;
  if (rounds < 1 || split == 2 || split + 1 >= argc) {
    fprintf(stderr, "usage: paired ROUNDS A... -- B...\n");
    return 2;
  }
  argv[split] = NULL;
  char **command[2] = {argv + 2, argv + split + 1};
  double *times[2] = {malloc(rounds * sizeof(double)), malloc(rounds * sizeof(double))};
  for (int i = -3; i < rounds; i++) /* the first three warm the caches */
    for (int turn = 0; turn < 2; turn++) {
      int which = (turn + i) & 1;
      double taken = run(command[which]);
      if (i >= 0) times[which][i] = taken;
    }
  for (int which = 0; which < 2; which++) {
    qsort(times[which], rounds, sizeof(double), by_value);
    printf("%.0f %.0f\n", times[which][0], times[which][rounds / 2]);
  }
  return 0;
}
