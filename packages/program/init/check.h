/*
 * Is this a whole program that stays within its own bounds? Answered before its first op runs.
 *
 * What that guarantees: from then on, init itself reads the header, the ops and the registers, reads
 * and writes the program's data within the extents that operands name, and writes its own registers
 * and buffers; nothing else. Texts that it walks (templates, messages, prefixes) end at their extent
 * at the latest, so this holds whatever the program or the kernel has written into the data meanwhile.
 *
 * What it does not guarantee: the kernel reads and writes wherever a system call's arguments say, and
 * these are not looked at. A program may do all that its process may, overwriting its own ops or init
 * included. The check finds what is broken; it makes no program trustworthy.
 */
#ifndef STANDPIPE_CHECK_H
#define STANDPIPE_CHECK_H

#include "format.h"

/* Does [offset, offset + size) lie in [0, limit)? The sum can't overflow: all three are 32-bit values. */
static int within(u64 offset, u64 size, u64 limit) { return offset + size <= limit; }

static const char *check_operand(const struct program_header *header, const struct program_op *op, int i) {
  u64 value = op->args[i];
  switch ((op->kinds >> (4 * i)) & 15) {
  case OPERAND_NONE:
  case OPERAND_IMMEDIATE:
    return 0;
  case OPERAND_REGISTER:
    return value < header->register_count ? 0 : "an operand names a register that does not exist";
  case OPERAND_DATA:
    return within(value & 0xffffffff, value >> 32, header->data_size) ? 0 : "an operand points outside the data";
  default:
    return "an operand is of an unknown kind";
  }
}

static int is_data(const struct program_op *op, int i) { return ((op->kinds >> (4 * i)) & 15) == OPERAND_DATA; }

static u64 extent(const struct program_op *op, int i) { return is_data(op, i) ? op->args[i] >> 32 : 0; }

static int is_integer_size(u8 size) { return size == 1 || size == 2 || size == 4 || size == 8; }

static const char *check_op(const struct program_header *header, const struct program_op *op) {
  if (op->dst != NO_REGISTER && op->dst >= header->register_count) return "a result goes to a register that does not exist";
  if (op->fail >= header->op_count || op->jump >= header->op_count) return "an op goes on at an op that does not exist";
  if (op->message != NO_MESSAGE && op->message >= header->data_size) return "a message lies outside the data";
  for (int i = 0; i < 6; i++) {
    const char *fault = check_operand(header, op, i);
    if (fault) return fault;
  }
  if (op->kinds >> 24) return "an op has more than six operands";
  switch (op->code) {
  case OP_SYSCALL:
  case OP_JUMP:
  case OP_RAISE:
    return 0;
  case OP_BRANCH:
    return op->sub_or_size <= TEST_GE ? 0 : "a branch has an unknown test";
  case OP_COMPUTE:
    return op->sub_or_size <= COMPUTE_SHR && op->dst != NO_REGISTER ? 0 : "a computation is of an unknown kind";
  case OP_LOAD:
  case OP_STORE:
    if (op->code == OP_LOAD && op->dst == NO_REGISTER) return "a load goes nowhere";
    return is_integer_size(op->sub_or_size) && extent(op, 0) >= op->sub_or_size ? 0 : "an integer has no room";
  case OP_FORMAT:
    return extent(op, 0) > 0 && extent(op, 1) > 0 ? 0 : "a format has no template or no room";
  case OP_REPORT:
    return extent(op, 1) > 0 && extent(op, 2) > 0 && extent(op, 3) > 0 ? 0 : "a report has no text";
  default:
    return "an op is of an unknown kind";
  }
}

static u64 pointers_offset(const struct program_header *header) {
  return sizeof *header + (u64)header->op_count * sizeof(struct program_op);
}

static u64 data_offset(const struct program_header *header) {
  return (pointers_offset(header) + (u64)header->pointer_count * 4 + header->note_size + 15) & ~15UL;
}

/* Returns 0, or what is wrong. `file_size` and `memory_size` are what the ELF loader mapped. */
static const char *check_program(const u8 *program, u64 file_size, u64 memory_size) {
  const struct program_header *header = (const struct program_header *)program;
  if (file_size < sizeof *header || header->magic != PROGRAM_MAGIC) return "there is no program";
  if (header->version != PROGRAM_VERSION || header->init_id != INIT_ID) return "the program is for another version of init";
  if (header->machine != MACHINE) return "the program is for another architecture";
  if (memory_size > PROGRAM_MAX_SIZE || header->data_file_size > header->data_size ||
      data_offset(header) + header->data_file_size > file_size || data_offset(header) + header->data_size > memory_size)
    return "the program is truncated";
  if (header->register_count < REG_FIRST_FREE || header->register_count > PROGRAM_MAX_REGS) return "the registers are too few or too many";
  if (header->op_count == 0) return "the program has no ops";

  const u8 *data = program + data_offset(header);
  if (header->data_file_size < sizeof(u64) || *(const any_u64 *)(data + header->data_file_size - sizeof(u64)) != header->init_id)
    return "the program is truncated";
  const u32 *pointers = (const u32 *)(program + pointers_offset(header));
  for (u32 i = 0; i < header->pointer_count; i++) {
    if (!within(pointers[i], sizeof(u64), header->data_size)) return "a pointer lies outside the data";
    if (*(const any_u64 *)(data + pointers[i]) - (u64)data > header->data_size) return "a pointer points outside the data";
  }
  const struct program_op *ops = (const struct program_op *)(header + 1);
  for (u32 i = 0; i < header->op_count; i++) {
    const char *fault = check_op(header, &ops[i]);
    if (fault) return fault;
  }
  return 0;
}

#endif
