import { AT, F, O } from '@standpipe/syscalls';
import { here, jump, label, type Op, sys } from '@standpipe/program';

/**
 * Host, before anything is opened: has /dev/null for each standard stream that is closed. Otherwise
 * the next fd opened would be taken for it, and the container's output go into a socket of ours.
 */
export function fillStandardStreams(): Op[] {
  return [0, 1, 2].flatMap((fd) => {
    const [closed, open] = [label(`fd ${String(fd)} closed`), label(`fd ${String(fd)} open`)];
    return [
      sys('fcntl', [fd, F.GETFD, 0], { unless: { errno: ['EBADF'], goto: closed }, say: `look at fd ${String(fd)}` }),
      jump(open),
      here(closed),
      // The lowest free number is this one: those below are open by now.
      sys('openat', [AT.FDCWD, '/dev/null', O.RDWR], { say: `open "/dev/null" as fd ${String(fd)}, which is closed` }),
      here(open),
    ];
  });
}
