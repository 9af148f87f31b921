/*
 * The layout of a program in memory and on disk. src/format.ts is the same in TypeScript; a test
 * compares both, and PROGRAM_INIT_ID makes sure that two halves of different versions never meet.
 * All integers are little-endian or big-endian as the machine is: a program is for one architecture.
 */
#ifndef STANDPIPE_FORMAT_H
#define STANDPIPE_FORMAT_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long s64;

/* Integers in a program's data, which may lie anywhere in it. */
typedef u16 any_u16 __attribute__((aligned(1), may_alias));
typedef u32 any_u32 __attribute__((aligned(1), may_alias));
typedef u64 any_u64 __attribute__((aligned(1), may_alias));

#define PROGRAM_VADDR 0x10000000UL
#define PROGRAM_MAGIC 0x45504950UL /* "PIPE" */
#define PROGRAM_VERSION 1
#define PROGRAM_MAX_REGS 4096
#define PROGRAM_MAX_SIZE (64UL << 20)

/* Registers with a meaning of their own. All others start as -1, so that an unset fd is EBADF. */
enum { REG_ERRNO = 0, REG_FAILED = 1, REG_ARGV = 2, REG_ENVP = 3, REG_FIRST_FREE = 4 };

enum op_code {
  OP_SYSCALL = 1, /* dst = syscall(sub, args…); an errno in errs: dst = -errno, go to jump; another: fail */
  OP_JUMP = 2,    /* go to jump */
  OP_BRANCH = 3,  /* if (args[0] & args[1]) sub args[2]: go to jump */
  OP_LOAD = 4,    /* dst = integer of sub bytes at args[0] */
  OP_STORE = 5,   /* integer of sub bytes at args[0] = args[1] */
  OP_COMPUTE = 6, /* dst = args[0] sub args[1] */
  OP_FORMAT = 7,  /* text at args[0] = template at args[1], its bytes 1..4 replaced by args[2..5]; dst = length */
  OP_RAISE = 8,   /* errno = args[0], failed op = args[1], or this one when that is negative; fail */
  OP_REPORT = 9,  /* write to fd args[0]: args[1], the failed op's sentence, errno's text from args[3], args[2] */
};

enum branch_test { TEST_EQ = 0, TEST_NE = 1, TEST_LT = 2, TEST_GE = 3 };
enum compute_kind { COMPUTE_ADD = 0, COMPUTE_SUB = 1, COMPUTE_AND = 2, COMPUTE_OR = 3, COMPUTE_SHL = 4, COMPUTE_SHR = 5 };

enum operand_kind {
  OPERAND_NONE = 0,
  OPERAND_IMMEDIATE = 1, /* the value itself */
  OPERAND_REGISTER = 2,  /* the value of a register */
  OPERAND_DATA = 3,      /* address in the data section: offset in the low half, extent in the high half */
};

#define ERRNO_ANY 0xffff
#define NO_MESSAGE 0xffffffffU
#define REPORT_JSON 1

/*
 * Everything lies in one fixed order, so that only counts need to be checked:
 *   header, ops, pointers (u32 each: where in data a u64 is the address of another place in it), notes, data.
 * The data begins at the next multiple of 16 and is writable. What of it is in the file ends with the
 * init_id once more, so that a file that was cut is found out; behind that comes memory that is zero.
 */
struct program_header {
  u32 magic;
  u16 version;
  u16 machine; /* ELF e_machine */
  u64 init_id; /* which standpipe-init this was made for */
  u32 op_count;
  u32 pointer_count;
  u32 note_size; /* origins and names for people; never read here */
  u32 data_size;
  u32 data_file_size; /* how much of the data is in the file; the rest is zero */
  u32 register_count;
};

struct program_op {
  u8 code;
  u8 sub_or_size; /* test, computation, integer size; 0 for syscalls */
  u16 dst;        /* register, or 0xffff */
  u32 number;     /* system call */
  u32 kinds;      /* operand kinds, 4 bits each, args[0] lowest */
  u32 fail;       /* op to go on with when this one fails */
  u32 jump;
  u16 errs[4];
  u32 message; /* offset of a NUL-terminated sentence in data, or NO_MESSAGE */
  u64 args[6];
};

#define NO_REGISTER 0xffff

_Static_assert(sizeof(struct program_header) == 40, "header size");
_Static_assert(sizeof(struct program_op) == 80, "op size");

#endif
