/*
 * standpipe-init: runs one program of system calls and holds no policy of its own.
 *
 * The program is a segment of this very executable, appended by the launcher, so the kernel maps it
 * at PROGRAM_VADDR and there is nothing to open, read or parse. It is checked as a whole before its
 * first op. No libc, no allocation, no environment: what this process does is what the program says.
 */
#include "format.h"
#include "syscall.h"
#include "check.h"
#include "run.h"

#define AT_PHDR 3
#define AT_PHNUM 5
#define EXIT_NO_PROGRAM 125

struct elf_segment {
  u32 type, flags;
  u64 offset, vaddr, paddr, file_size, memory_size, align;
};

static void __attribute__((noreturn)) refuse(const char *why) {
  static u8 buffer[256];
  struct text text = {buffer, buffer + sizeof buffer};
  put_text(&text, LITERAL("standpipe-init: "));
  while (*why) put(&text, (u8)*why++);
  put(&text, '\n');
  raw_syscall(NR_write, 2, (long)buffer, text.at - buffer, 0, 0, 0);
  for (;;) raw_syscall(NR_exit_group, EXIT_NO_PROGRAM, 0, 0, 0, 0, 0);
}

void __attribute__((noreturn, used)) init_main(u64 *stack) {
  u64 argc = stack[0];
  u64 *argv = stack + 1, *envp = argv + argc + 1, *aux = envp;
  while (*aux) aux++;
  const struct elf_segment *segments = 0;
  u64 segment_count = 0, file_size = 0, memory_size = 0;
  for (aux++; aux[0]; aux += 2) {
    if (aux[0] == AT_PHDR) segments = (const struct elf_segment *)aux[1];
    if (aux[0] == AT_PHNUM) segment_count = aux[1];
  }
  for (u64 i = 0; segments && i < segment_count; i++) {
    if (segments[i].vaddr != PROGRAM_VADDR) continue;
    file_size = segments[i].file_size;
    memory_size = segments[i].memory_size;
  }
  u8 *program = (u8 *)PROGRAM_VADDR;
  const char *fault = check_program(program, file_size, memory_size);
  if (fault) refuse(fault);
  run_program(program, (s64)argv, (s64)envp);
  refuse("the program ran past its last op");
}
