import { AT, F, O } from '@standpipe/syscalls';
import { branch, compute, here, jump, label, type Op, set, sys, type SyscallOp } from './op.js';
import { type Reg, reg } from './operand.js';

/** Closes an fd that is done with. Nothing hangs on whether that works: it is closed in any case, or never was open. */
export function closeFd(fd: Reg | number): SyscallOp {
  return sys('close', [fd], { unless: { errno: 'any' } });
}

/**
 * Before anything is opened: has /dev/null for each standard stream that is closed. Otherwise the
 * next fd opened would be taken for it, and the container's output go into a socket of ours.
 */
export function fillStandardStreams(): Op[] {
  return [0, 1, 2].flatMap((fd) => {
    const [closed, open] = [label(`fd ${fd} closed`), label(`fd ${fd} open`)];
    return [
      sys('fcntl', [fd, F.GETFD, 0], { unless: { errno: ['EBADF'], goto: closed }, say: `look at fd ${fd}` }),
      jump(open),
      here(closed),
      // The lowest free number is this one: those below are open by now.
      sys('openat', [AT.FDCWD, '/dev/null', O.RDWR], { say: `open "/dev/null" as fd ${fd}, which is closed` }),
      here(open),
    ];
  });
}

/**
 * Takes O_NONBLOCK off the standard streams that have it. It belongs to the open file, so all who
 * share the stream see it change; but Node sets it on pipes and terminals, would take it back when it
 * ends, and never does when it becomes init. A program that reads or writes such a stream as usual
 * gets EAGAIN. Streams that are as they should be are left alone, and nothing has to be restored.
 *
 * @man fcntl(2)
 */
export function blockOnStandardStreams(): Op[] {
  const [fd, flags] = [reg('fd'), reg('flags')];
  const [next, done] = [label('next standard stream'), label('this one blocks')];
  const say = 'make the standard streams block';
  return [
    set(fd, 0),
    here(next),
    sys('fcntl', [fd, F.GETFL, 0], { to: flags, unless: { errno: ['EBADF'], goto: done }, say }),
    branch(flags, '==', 0, done, O.NONBLOCK),
    compute(flags, flags, '-', O.NONBLOCK),
    sys('fcntl', [fd, F.SETFL, flags], { say }),
    here(done),
    compute(fd, fd, '+', 1),
    branch(fd, '<', 3, next),
  ];
}

/**
 * Closes every fd from `first` up.
 *
 * @man close_range(2)
 * @kernel 5.9
 */
export function closeFrom(first: number): SyscallOp {
  return sys('close_range', [first, 0xffff_ffff, 0], { say: `close the file descriptors from ${first} up` });
}
