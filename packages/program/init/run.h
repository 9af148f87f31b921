/* Runs a checked program, op by op, until one of its system calls ends the process. */
#ifndef STANDPIPE_RUN_H
#define STANDPIPE_RUN_H

#include "format.h"

static s64 registers[PROGRAM_MAX_REGS];

/* A text that is written in one piece, cut at its end when it is too long. */
struct text {
  u8 *at, *end;
};

static void put(struct text *text, u8 c) {
  if (text->at < text->end) *text->at++ = c;
}

/* A text to read: it ends at its NUL, or at `end` when the program has overwritten that. */
struct span {
  const u8 *at, *end;
};

#define LITERAL(s) ((struct span){(const u8 *)(s), (const u8 *)(s) + sizeof(s)})

/* The text's next byte, or 0 at its end. */
static u8 take(struct span *span) { return span->at < span->end && *span->at ? *span->at++ : 0; }

static void put_text(struct text *text, struct span span) {
  for (u8 c; (c = take(&span));) put(text, c);
}

static void put_decimal(struct text *text, s64 value) {
  u8 digits[20];
  int n = 0;
  u64 rest = value < 0 ? -(u64)value : (u64)value;
  do digits[n++] = (u8)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) put(text, '-');
  while (n) put(text, digits[--n]);
}

static void put_json(struct text *text, struct span span) {
  static const u8 hex[] = "0123456789abcdef";
  /* An escape is written whole or not at all. */
  for (u8 c; text->end - text->at >= 6 && (c = take(&span));) {
    if (c < 0x20) {
      put_text(text, LITERAL("\\u00"));
      put(text, hex[c >> 4]);
      put(text, hex[c & 15]);
    } else {
      if (c == '"' || c == '\\') put(text, '\\');
      put(text, c);
    }
  }
}

/* The n-th of texts that lie one behind the other; "" past their end. */
static struct span nth_text(struct span span, u64 n) {
  for (; n && span.at < span.end; n--) {
    while (take(&span))
      ;
    span.at += span.at < span.end;
  }
  return span;
}

static s64 load_integer(const u8 *at, u8 size) {
  switch (size) {
  case 1: return *at;
  case 2: return *(const any_u16 *)at;
  case 4: return (int)*(const any_u32 *)at; /* pids, statuses and fds are signed */
  default: return (s64)*(const any_u64 *)at;
  }
}

static void store_integer(u8 *at, u8 size, s64 value) {
  switch (size) {
  case 1: *at = (u8)value; break;
  case 2: *(any_u16 *)at = (u16)value; break;
  case 4: *(any_u32 *)at = (u32)value; break;
  default: *(any_u64 *)at = (u64)value;
  }
}

static int holds(u8 test, s64 a, s64 b) {
  switch (test) {
  case TEST_EQ: return a == b;
  case TEST_NE: return a != b;
  case TEST_LT: return a < b;
  default: return a >= b;
  }
}

static s64 compute(u8 kind, s64 a, s64 b) {
  switch (kind) {
  case COMPUTE_ADD: return (s64)((u64)a + (u64)b);
  case COMPUTE_SUB: return (s64)((u64)a - (u64)b);
  case COMPUTE_AND: return a & b;
  case COMPUTE_OR: return a | b;
  case COMPUTE_SHL: return (s64)((u64)a << ((u64)b & 63));
  default: return (s64)((u64)a >> ((u64)b & 63));
  }
}

static int tolerates(const struct program_op *op, s64 error) {
  for (int i = 0; i < 4; i++)
    if (op->errs[i] == ERRNO_ANY || (op->errs[i] && op->errs[i] == error)) return 1;
  return 0;
}

/* The text that a data operand names. */
static struct span text_of(const struct program_op *op, const s64 *args, int i) {
  const u8 *at = (const u8 *)args[i];
  return (struct span){at, at + (op->args[i] >> 32)};
}

static s64 format_text(const struct program_op *op, const s64 *args) {
  u8 *start = (u8 *)args[0];
  struct text text = {start, start + (op->args[0] >> 32)};
  struct span template = text_of(op, args, 1);
  for (u8 c; (c = take(&template));) {
    if (c <= 4) put_decimal(&text, args[1 + c]);
    else put(&text, c);
  }
  if (text.at == text.end) return -36; /* ENAMETOOLONG: no room for the NUL */
  *text.at = 0;
  return text.at - start;
}

static s64 report(const struct program_header *header, const struct program_op *ops, const u8 *data, const struct program_op *op,
                  const s64 *args) {
  static u8 buffer[16384];
  struct text text = {buffer, buffer + sizeof buffer - 1024}; /* room for errno's text and the suffix */
  u64 failed = (u64)registers[REG_FAILED];
  struct span sentence = LITERAL("an op without a message failed");
  if (failed < header->op_count && ops[failed].message != NO_MESSAGE)
    sentence = (struct span){data + ops[failed].message, data + header->data_size};
  struct span reason = LITERAL("");
  if (registers[REG_ERRNO]) reason = nth_text(text_of(op, args, 3), (u64)registers[REG_ERRNO]);
  void (*put_escaped)(struct text *, struct span) = op->sub_or_size == REPORT_JSON ? put_json : put_text;

  put_text(&text, text_of(op, args, 1));
  put_escaped(&text, sentence);
  text.end = buffer + sizeof buffer;
  if (reason.at < reason.end && *reason.at) {
    put_text(&text, LITERAL(": "));
    put_escaped(&text, reason);
  }
  put_text(&text, text_of(op, args, 2));
  return raw_syscall(NR_write, args[0], (long)buffer, text.at - buffer, 0, 0, 0);
}

static void run_program(u8 *program, s64 argv, s64 envp) {
  const struct program_header *header = (const struct program_header *)program;
  const struct program_op *ops = (const struct program_op *)(header + 1);
  u8 *data = program + data_offset(header);

  registers[REG_ERRNO] = 0;
  for (u32 i = REG_FAILED; i < header->register_count; i++) registers[i] = -1;
  registers[REG_ARGV] = argv;
  registers[REG_ENVP] = envp;

  for (u32 pc = 0; pc < header->op_count;) {
    const struct program_op *op = &ops[pc];
    s64 args[6], result = 0;
    u32 kinds = op->kinds;
    for (int i = 0; i < 6; i++, kinds >>= 4) {
      u64 value = op->args[i];
      args[i] = (kinds & 15) == OPERAND_REGISTER ? registers[value]
                : (kinds & 15) == OPERAND_DATA   ? (s64)(data + (value & 0xffffffff))
                                                 : (s64)value;
    }
    u32 next = pc + 1;
    switch (op->code) {
    case OP_SYSCALL:
      result = raw_syscall(op->number, args[0], args[1], args[2], args[3], args[4], args[5]);
      break;
    case OP_JUMP:
      next = op->jump;
      break;
    case OP_BRANCH:
      if (holds(op->sub_or_size, args[0] & args[1], args[2])) next = op->jump;
      break;
    case OP_LOAD:
      result = load_integer((const u8 *)args[0], op->sub_or_size);
      break;
    case OP_STORE:
      store_integer((u8 *)args[0], op->sub_or_size, args[1]);
      break;
    case OP_COMPUTE:
      result = compute(op->sub_or_size, args[0], args[1]);
      break;
    case OP_FORMAT:
      result = format_text(op, args);
      break;
    case OP_RAISE:
      registers[REG_ERRNO] = args[0];
      registers[REG_FAILED] = args[1] < 0 ? (s64)pc : args[1];
      pc = op->fail;
      continue;
    case OP_REPORT:
      result = report(header, ops, data, op, args);
      break;
    }
    if ((op->code == OP_SYSCALL || op->code == OP_FORMAT || op->code == OP_REPORT) && result < 0 && result > -4096) {
      if (tolerates(op, -result)) {
        next = op->jump;
      } else {
        registers[REG_ERRNO] = -result;
        registers[REG_FAILED] = pc;
        pc = op->fail;
        continue;
      }
    }
    if (op->dst != NO_REGISTER) registers[op->dst] = result;
    pc = next;
  }
}

#endif
