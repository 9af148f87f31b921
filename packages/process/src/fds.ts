import { CLOSE_RANGE } from '@standpipe/syscalls';
import { type Op, resetSignals, sys } from '@standpipe/program';

const FD_MAX = 0xffff_ffff;

/**
 * Marks every file descriptor above the standard streams and the `preserved` ones (3, 4 …) to be
 * closed by execve(2). Not closed at once, so that a failing execve can still be told of.
 *
 * @man close_range(2)
 * @kernel 5.11
 */
export function planCloseFds(preserved = 0): Op[] {
  return [
    sys('close_range', [3 + preserved, FD_MAX, CLOSE_RANGE.CLOEXEC], {
      say: 'close the file descriptors that the command has no business with',
    }),
  ];
}

/** Plans what execve(2) is to pass on to the command: of the fds the standard and the preserved ones, of the signals nothing. */
export function planHandOver(preserved = 0): Op[] {
  return [...planCloseFds(preserved), ...resetSignals()];
}
