/*
 * Mutates programs and puts each through init's own check and, when that lets it pass, through init's
 * own run: under AddressSanitizer and UBSan, with system calls that do nothing and answer anything.
 *
 *   harness CORPUS FIRST COUNT [dump]
 *
 * CORPUS holds sound programs, each behind its length. Program N comes of the number N alone, so a
 * failure is run again by `harness CORPUS N 1`. With `dump`, each program and what was said of it goes
 * to standard output, for the checker in TypeScript to be compared with.
 */
#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__x86_64__)
#define MACHINE 62
#elif defined(__aarch64__)
#define MACHINE 183
#endif
#define NR_write 1

static long raw_syscall(long nr, long a, long b, long c, long d, long e, long f);
#include "../init/format.h"
#include "../init/check.h"
#include "../init/run.h"

#ifdef __clang__
#define UNCOVERED __attribute__((no_sanitize("coverage")))
#else
#define UNCOVERED __attribute__((no_sanitize_coverage))
#endif
#define REGION (1UL << 20) /* as much memory as a program gets here at most */
#define FEW_STEPS 20000 /* branches taken in init, by the compiler's count */
#define MANY_STEPS 200000
#define PAGE 4096UL

/* A small generator of numbers: splitmix64. */
static u64 random_state;

static u64 next_random(void) {
  u64 z = random_state += 0x9e3779b97f4a7c15UL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
  return z ^ (z >> 31);
}

static u64 below(u64 limit) { return limit ? next_random() % limit : 0; }

/* A number that a bounds check may get wrong: around 0, the limit, and the ends of the integer types. */
static u64 odd_number(u64 limit) {
  static const u64 ends[] = {0, 1, 2, 3, 4, 7, 8, 15, 16, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff};
  switch (below(4)) {
  case 0: return ends[below(sizeof ends / sizeof *ends)];
  case 1: return limit + below(17) - 8;
  case 2: return below(limit + 1);
  default: return next_random();
  }
}

static u8 *const program = (u8 *)PROGRAM_VADDR;
static u8 original[REGION];
static u64 file_size, memory_size, iteration;
static int kernel_writes;
static jmp_buf out;
static u64 steps, total_steps;

UNCOVERED void __sanitizer_cov_trace_pc(void) {
  if (steps == 0 || --steps) return;
  longjmp(out, 1);
}

/* What a kernel might do: answer anything and, in half of the runs, leave anything in the program's data. */
static long raw_syscall(long nr, long a, long b, long c, long d, long e, long f) {
  (void)nr, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
  const struct program_header *header = (const struct program_header *)program;
  if (kernel_writes && header->data_size) {
    u64 at = below(header->data_size), size = below(64);
    for (u64 i = at; i < at + size && i < header->data_size; i++) program[data_offset(header) + i] = (u8)(next_random() | 1);
  }
  switch (below(4)) {
  case 0: return 0;
  case 1: return (long)below(64);
  case 2: return -(long)below(140);
  default: return (long)next_random() >> below(64);
  }
}

static u64 data_at(void) { return data_offset((const struct program_header *)original); }

static void mutate_op(struct program_header *header) {
  if (!header->op_count) return;
  struct program_op *op = (struct program_op *)(original + sizeof *header) + below(header->op_count);
  if ((u8 *)(op + 1) > original + file_size) return;
  u32 arg = (u32)below(6);
  switch (below(13)) {
  case 0: op->code = (u8)below(12); break;
  case 1: op->sub_or_size = (u8)odd_number(9); break;
  case 2: op->dst = (u16)odd_number(header->register_count); break;
  case 3: op->number = (u32)odd_number(500); break;
  case 4: op->kinds = (op->kinds & ~(15U << (4 * arg))) | (u32)below(5) << (4 * arg); break;
  case 5: op->kinds = (u32)odd_number(0x01000000); break;
  case 6: op->fail = (u32)odd_number(header->op_count); break;
  case 7: op->jump = (u32)odd_number(header->op_count); break;
  case 8: op->errs[below(4)] = (u16)odd_number(140); break;
  case 9: op->message = (u32)odd_number(header->data_size); break;
  case 10: op->args[arg] = odd_number(header->register_count); break;
  case 11: /* an extent that ends where the data does, or nearly */
    op->args[arg] = (op->args[arg] & 0xffffffff) | (header->data_size - op->args[arg] + below(9) - 4) << 32;
    break;
  default: op->args[arg] = (odd_number(header->data_size) & 0xffffffff) | odd_number(header->data_size) << 32; break;
  }
}

static void mutate_header(struct program_header *header) {
  switch (below(11)) {
  case 0: header->magic = (u32)odd_number(PROGRAM_MAGIC); break;
  case 1: header->version = (u16)odd_number(PROGRAM_VERSION); break;
  case 2: header->machine = (u16)(below(2) ? odd_number(MACHINE) : below(2) ? 62 : 183); break;
  case 3: header->init_id = odd_number(INIT_ID); break;
  case 4: header->op_count = (u32)odd_number(header->op_count); break;
  case 5: header->pointer_count = (u32)odd_number(header->pointer_count); break;
  case 6: header->note_size = (u32)odd_number(header->note_size); break;
  case 7: header->data_size = (u32)odd_number(header->data_size); break;
  case 8: header->data_file_size = (u32)odd_number(header->data_file_size); break;
  case 9: header->register_count = (u32)odd_number(header->register_count); break;
  default: header->register_count = (u32)odd_number(PROGRAM_MAX_REGS); break;
  }
}

static void mutate_pointer(struct program_header *header) {
  if (!header->pointer_count) return;
  u64 at = pointers_offset(header) + 4 * below(header->pointer_count);
  if (at + 4 > file_size) return;
  u32 *place = (u32 *)(original + at);
  u64 word = data_at() + *place;
  if (below(2)) *place = (u32)odd_number(header->data_size);
  else if (word + 8 <= file_size) *(any_u64 *)(original + word) = PROGRAM_VADDR + data_at() + odd_number(header->data_size);
}

/* A program that is no longer quite sound, in `original`, with the size of its file and of its memory. */
static void make_program(const u8 *base, u64 size) {
  memcpy(original, base, size);
  memset(original + size, 0, sizeof original - size);
  file_size = size;
  struct program_header *header = (struct program_header *)original;
  memory_size = data_at() + header->data_size;
  for (u64 n = below(4); n--;) {
    switch (below(10)) {
    case 0: mutate_header(header); break;
    case 1: mutate_pointer(header); break;
    case 2: original[below(file_size)] = (u8)next_random(); break;
    case 3: file_size = below(file_size + 1); break;
    case 4: memory_size = odd_number(memory_size) % REGION; break;
    case 5: /* text without an end, in data */
      if (data_at() < file_size) original[data_at() + below(file_size - data_at())] |= 1;
      break;
    default: mutate_op(header); break;
    }
    if (file_size == 0) break;
  }
  memset(original + file_size, 0, sizeof original - file_size);
  if (memory_size < file_size) memory_size = file_size;
}

/* Writes `original` to where programs are mapped, and lets nobody touch what lies behind it. */
static void map_program(void) {
  __asan_unpoison_memory_region(program, REGION);
  memcpy(program, original, memory_size);
  __asan_poison_memory_region(program + memory_size, REGION - memory_size);
}

static void broken(const char *what) {
  fprintf(stderr, "program %lu: %s\n", iteration, what);
  abort();
}

/* Nothing but the extents that stores and formats name may have changed. */
static void check_untouched(void) {
  const struct program_header *header = (const struct program_header *)original;
  const struct program_op *ops = (const struct program_op *)(header + 1);
  u64 data = data_at();
  if (memcmp(program, original, data < memory_size ? data : memory_size)) broken("init changed its header, ops, pointers or notes");
  if (kernel_writes) return;
  static u8 mine[REGION];
  memset(mine, 0, header->data_size);
  for (u32 i = 0; i < header->op_count; i++)
    if (ops[i].code == OP_STORE || ops[i].code == OP_FORMAT) memset(mine + (ops[i].args[0] & 0xffffffff), 1, ops[i].args[0] >> 32);
  for (u64 i = 0; i < header->data_size; i++)
    if (!mine[i] && program[data + i] != original[data + i]) broken("init changed data that no op names");
}

/* Returns what init's check says, having run the program when that is nothing. */
static const char *try_program(void) {
  map_program();
  const char *fault = check_program(program, file_size, memory_size);
  if (memcmp(program, original, memory_size)) broken("the check changed the program");
  if (fault) return fault;
  u32 count = ((const struct program_header *)program)->register_count;
  __asan_poison_memory_region(registers + count, (PROGRAM_MAX_REGS - count) * sizeof *registers);
  kernel_writes = (int)below(2);
  u64 most = below(16) ? FEW_STEPS : MANY_STEPS;
  if (!setjmp(out)) {
    steps = most;
    run_program(program, (s64)next_random(), (s64)next_random());
  }
  total_steps += most - steps;
  steps = 0;
  __asan_unpoison_memory_region(registers, sizeof registers);
  check_untouched();
  return 0;
}

static void put_program(const char *fault) {
  u32 sizes[3] = {(u32)file_size, (u32)memory_size, fault ? (u32)strlen(fault) : 0};
  fwrite(sizes, sizeof sizes, 1, stdout);
  fwrite(original, file_size, 1, stdout);
  if (fault) fwrite(fault, strlen(fault), 1, stdout);
}

static void say_where(void) { fprintf(stderr, "in program %lu\n", iteration); }

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  static u8 corpus[8 << 20];
  FILE *file = fopen(argv[1], "rb");
  u64 corpus_size = file ? fread(corpus, 1, sizeof corpus, file) : 0;
  const u8 *bases[64];
  u64 base_count = 0;
  for (u64 at = 0; at + 4 <= corpus_size && base_count < 64; at += 4 + *(any_u32 *)(corpus + at)) bases[base_count++] = corpus + at;
  if (!base_count) return 2;

  u8 *guard = mmap(program - PAGE, REGION + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (guard != program - PAGE || mprotect(program, REGION, PROT_READ | PROT_WRITE)) {
    perror("map the program's place");
    return 2;
  }
  __asan_set_death_callback(say_where);
  u64 first = strtoul(argv[2], 0, 10), count = strtoul(argv[3], 0, 10), accepted = 0;
  int dump = argc > 4;
  for (iteration = first; iteration < first + count; iteration++) {
    random_state = iteration * 0xd1342543de82ef95UL;
    const u8 *base = bases[below(base_count)];
    make_program(base + 4, *(const any_u32 *)base);
    const char *fault = try_program();
    accepted += !fault;
    if (dump) put_program(fault);
  }
  if (!dump) printf("%lu programs, %lu accepted, %lu steps\n", count, accepted, total_steps);
  return 0;
}
