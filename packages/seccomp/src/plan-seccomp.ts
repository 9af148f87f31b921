import { branch, here, jump, label, type Op, raise, type Reg, reg, sys, words } from '@standpipe/program';
import { errnoNumber } from '@standpipe/syscalls';
import type { CompiledFilter } from './compile.js';
import { FILTER_FLAG } from './flags.js';

const SECCOMP_SET_MODE_FILTER = 1;

export interface SeccompPlan {
  readonly ops: Op[];
  /** Gets the fd, close-on-exec, where the profile has SCMP_ACT_NOTIFY: nobody answers until it is with somebody who listens. */
  readonly listener: Reg | undefined;
}

/**
 * Plans to load a filter. From then on it holds for the process and for all that it makes, and nothing takes it away. The process
 * needs no_new_privs, or CAP_SYS_ADMIN in its user namespace.
 *
 * The filter holds for the program's own next ops as well: see {@link forbiddenOps}.
 *
 * @man seccomp(2)
 * @errno EACCES neither no_new_privs nor CAP_SYS_ADMIN
 */
export function planSeccomp(filter: CompiledFilter): SeccompPlan {
  const { profile, instructions, bytes } = filter;
  const { pointer, notifies } = profile;
  const result = reg(notifies ? 'seccomp listener' : 'thread that did not take part');
  const say = `load the seccomp filter of ${String(instructions.length)} instructions`;
  const refused = label('filter refused');
  const [denied, unknown, large, busy, done] = [label('denied'), label('unknown'), label('too large'), label('busy'), label('filtered')];
  const tell = (why: string, errno: string): Op => raise(`${say}: ${why}`, { errno: errnoNumber(errno) ?? 0, pointer });
  const ops: Op[] = [
    // struct sock_fprog
    sys('seccomp', [SECCOMP_SET_MODE_FILTER, flagsOf(filter), words('sock_fprog', [instructions.length, bytes])], {
      to: result,
      unless: { errno: ['EACCES', 'EINVAL', 'ENOMEM', 'EBUSY'], goto: refused },
      say,
      pointer,
    }),
    // With TSYNC, the id of a thread that has a filter of its own.
    ...(notifies ? [] : [branch(result, '>=', 1, busy)]),
    jump(done),
    here(refused),
    branch(result, '==', -(errnoNumber('EACCES') ?? 0), denied),
    branch(result, '==', -(errnoNumber('EINVAL') ?? 0), unknown),
    branch(result, '==', -(errnoNumber('ENOMEM') ?? 0), large),
    here(busy),
    tell(notifies ? 'there is a listener already' : 'a thread has a filter of its own', 'EBUSY'),
    here(denied),
    tell('it takes noNewPrivileges, or CAP_SYS_ADMIN in the user namespace', 'EACCES'),
    here(unknown),
    tell('this kernel has no seccomp filters, or not one of the flags', 'EINVAL'),
    here(large),
    tell('too large beside the filters that are there', 'ENOMEM'),
    here(done),
  ];
  return { ops, listener: notifies ? result : undefined };
}

function flagsOf({ profile: { flags, notifies } }: CompiledFilter): number {
  // The kernel refuses WAIT_KILLABLE_RECV without a listener, and TSYNC with one unless threads that don't take part are an error.
  if (!notifies) return flags & ~FILTER_FLAG.WAIT_KILLABLE_RECV;
  return flags | FILTER_FLAG.NEW_LISTENER | ((flags & FILTER_FLAG.TSYNC) === 0 ? 0 : FILTER_FLAG.TSYNC_ESRCH);
}
