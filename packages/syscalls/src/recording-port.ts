import { type Arch, hostArch } from './arch.js';
import { F } from './constants/open.js';
import { describeCall } from './describe.js';
import { errnoName, errnoText } from './errno.js';
import { badArgument } from './errors.js';
import { refuseUnpassable } from './marshal.js';
import { syscallName, type SyscallName } from './numbers.js';
import type { SyscallArg, SyscallPort } from './port.js';

/** A result, or what makes one; a function may also fill the buffers it is given, as the kernel would. */
export type Answer = number | ((...args: SyscallArg[]) => number);

/** For each call, one answer for every time or a list of them in order; after the list, the default. */
export type Answers = Partial<Record<SyscallName, Answer | readonly Answer[]>>;

export interface RecordedCall {
  readonly name: string;
  /** As passed; buffers are copies of what they held when the call was made. */
  readonly args: readonly SyscallArg[];
  readonly result: number;
}

/** A port that makes no system call and remembers what it was asked. */
export interface RecordingPort extends SyscallPort {
  readonly calls: readonly RecordedCall[];
  /** The calls as strace(1) would print them, one a line. */
  readonly transcript: readonly string[];
}

const makesFd = new Set(
  (
    'open openat openat2 memfd_create dup pidfd_open pidfd_getfd socket accept4 eventfd2 epoll_create1 signalfd4 timerfd_create ' +
    'inotify_init1 fsopen fspick fsmount open_tree open_tree_attr userfaultfd io_uring_setup landlock_create_ruleset memfd_secret'
  ).split(' '),
);

/**
 * A port for tests. Unless answered otherwise, calls that make a fd give 3, 4, 5 …, write(2) takes everything,
 * dup3(2) gives its second argument and all others give 0. Arguments are held to the same rules as on a real port.
 */
export function recordingPort(answers: Answers = {}, settings: { readonly arch?: Arch } = {}): RecordingPort {
  const arch = settings.arch ?? hostArch();
  const calls: RecordedCall[] = [];
  const transcript: string[] = [];
  const turns = new Map<string, number>();
  let nextFd = 3;
  let nextAddress = 0x1000_0000n;

  function answer(name: string, args: SyscallArg[]): number {
    const scripted = (answers as Record<string, Answer | readonly Answer[]>)[name];
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    const chosen = typeof scripted === 'object' ? scripted[turn] : scripted;
    if (typeof chosen === 'function') return chosen(...args);
    if (chosen !== undefined) return chosen;
    if (makesFd.has(name) || (name === 'fcntl' && (args[1] === F.DUPFD || args[1] === F.DUPFD_CLOEXEC))) return nextFd++;
    if (name === 'write') return Number(args[2]);
    return name === 'dup3' ? Number(args[1]) : 0;
  }

  return {
    arch,
    calls,
    transcript,
    syscall(nr, ...args): number {
      for (const arg of args) {
        if (typeof arg === 'string') refuseUnpassable(arg);
        if (typeof arg === 'number' && !Number.isSafeInteger(arg)) throw badArgument(arg, 'is not a whole number');
      }
      const name = syscallName(nr, arch) ?? `syscall_${nr}`;
      const passed = args.map((arg) => (arg instanceof Uint8Array ? arg.slice() : arg));
      const result = answer(name, args);
      calls.push({ name, args: passed, result });
      const shown = result < 0 ? `${errnoName(result)} (${errnoText(result)})` : String(result);
      transcript.push(`${describeCall(name, passed, arch)} = ${shown}`);
      return result;
    },
    address(buffer): bigint {
      const address = nextAddress;
      nextAddress += (BigInt(buffer.byteLength) + 0xfffn) & ~0xfffn;
      return address;
    },
  };
}
