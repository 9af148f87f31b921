import { type Check, list, object, required, type Shape } from '../check.js';
import { integer, name, oneOf, path, text, uint16, uint64 } from '../values.js';

export const seccompActions = [
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
] as const;
export type LinuxSeccompAction = (typeof seccompActions)[number];

export const seccompArchitectures = [
  'SCMP_ARCH_X86',
  'SCMP_ARCH_X86_64',
  'SCMP_ARCH_X32',
  'SCMP_ARCH_ARM',
  'SCMP_ARCH_AARCH64',
  'SCMP_ARCH_MIPS',
  'SCMP_ARCH_MIPS64',
  'SCMP_ARCH_MIPS64N32',
  'SCMP_ARCH_MIPSEL',
  'SCMP_ARCH_MIPSEL64',
  'SCMP_ARCH_MIPSEL64N32',
  'SCMP_ARCH_PPC',
  'SCMP_ARCH_PPC64',
  'SCMP_ARCH_PPC64LE',
  'SCMP_ARCH_S390',
  'SCMP_ARCH_S390X',
  'SCMP_ARCH_PARISC',
  'SCMP_ARCH_PARISC64',
  'SCMP_ARCH_RISCV64',
  'SCMP_ARCH_LOONGARCH64',
  'SCMP_ARCH_M68K',
  'SCMP_ARCH_SH',
  'SCMP_ARCH_SHEB',
] as const;
export type Arch = (typeof seccompArchitectures)[number];

export const seccompFlags = [
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
  'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
] as const;
export type LinuxSeccompFlag = (typeof seccompFlags)[number];

export const seccompOperators = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const;
export type LinuxSeccompOperator = (typeof seccompOperators)[number];

const action = oneOf('seccomp action', seccompActions);

const argFields = {
  /** Which argument of the call: 0 to 5. */
  index: required(integer(0, 5)),
  value: required(uint64),
  /** For SCMP_CMP_MASKED_EQ: what the argument is, once masked with `value`. */
  valueTwo: uint64,
  op: required(oneOf('comparison', seccompOperators)),
};

/** What an argument of a system call must be for the rule to match. */
export interface LinuxSeccompArg extends Shape<typeof argFields> {}
const arg: Check<LinuxSeccompArg> = object(argFields);

const syscallFields = {
  /** At least one. Names that the kernel doesn't have match nothing. */
  names: required(list(name({ maxBytes: 255 }), { min: 1 })),
  action: required(action),
  /** What SCMP_ACT_ERRNO returns or SCMP_ACT_TRACE tells the tracer; EPERM when left out. */
  errnoRet: uint16,
  /** All must match. */
  args: list(arg),
};

/** A rule: what happens at these system calls. */
export interface LinuxSyscall extends Shape<typeof syscallFields> {}
const syscall: Check<LinuxSyscall> = object(syscallFields, (rule) => [
  rule(['action', 'errnoRet'], ({ action, errnoRet }, at, report) => {
    if (errnoRet !== undefined && !takesErrno(action))
      report.issue(`${at}/errnoRet`, `${action} returns no errno`, 'SCMP_ACT_ERRNO or SCMP_ACT_TRACE, or none');
  }),
]);

const seccompFields = {
  /** What happens at calls that no rule matches. */
  defaultAction: required(action),
  /** What SCMP_ACT_ERRNO returns or SCMP_ACT_TRACE tells the tracer; EPERM when left out. */
  defaultErrnoRet: uint16,
  /** Whose calls are filtered. Left out, the machine's own. */
  architectures: list(oneOf('architecture', seccompArchitectures)),
  flags: list(oneOf('flag of seccomp(2)', seccompFlags)),
  /** Unix socket on the host that gets the listener's fd, for SCMP_ACT_NOTIFY. */
  listenerPath: path,
  /** Sent along with the fd, as it is. */
  listenerMetadata: text(),
  syscalls: list(syscall),
};

/** The filter of the process's system calls. */
export interface LinuxSeccomp extends Shape<typeof seccompFields> {}

export const seccomp: Check<LinuxSeccomp> = object(seccompFields, (rule) => [
  rule(['defaultAction', 'defaultErrnoRet'], ({ defaultAction, defaultErrnoRet }, at, report) => {
    if (defaultErrnoRet !== undefined && !takesErrno(defaultAction)) {
      report.issue(`${at}/defaultErrnoRet`, `${defaultAction} returns no errno`, 'SCMP_ACT_ERRNO or SCMP_ACT_TRACE, or none');
    }
  }),
  rule(['listenerPath', 'listenerMetadata'], ({ listenerPath, listenerMetadata = '' }, at, report) => {
    if (listenerMetadata !== '' && listenerPath === undefined)
      report.issue(`${at}/listenerMetadata`, 'comes without listenerPath', 'both or none');
  }),
  rule(['defaultAction', 'syscalls', 'listenerPath'], ({ defaultAction, syscalls = [], listenerPath }, at, report) => {
    if (listenerPath !== undefined) return;
    if (defaultAction === 'SCMP_ACT_NOTIFY' || syscalls.some((entry) => entry.action === 'SCMP_ACT_NOTIFY')) {
      report.issue(`${at}/listenerPath`, 'is missing: SCMP_ACT_NOTIFY has nobody to notify', 'the path of a Unix socket');
    }
  }),
]);

function takesErrno(action: LinuxSeccompAction): boolean {
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
}
