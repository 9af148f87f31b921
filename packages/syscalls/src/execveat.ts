import { F, FD_CLOEXEC } from './constants/open.js';
import { refuseUnpassable } from './marshal.js';
import { syscallNumber } from './numbers.js';
import type { SyscallPort } from './port.js';

/** What to execute. `path` may be empty with AT_EMPTY_PATH in `flags`: then `dirfd` is the file itself. */
export interface ExecveatCall {
  readonly dirfd: number;
  readonly path: string;
  readonly argv: readonly string[];
  /** `NAME=value` each. Nothing is inherited. */
  readonly envp: readonly string[];
  /** AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW. */
  readonly flags?: number;
  /**
   * Fds that must reach the new program. Node marks every fd it was started with close-on-exec, stdio
   * included, so the mark is taken off these (and put back should the call fail). Default 0, 1 and 2.
   */
  readonly inherit?: readonly number[];
}

/**
 * Replaces this process. Returns, with -errno, only on failure.
 *
 * The kernel ends every other thread of the process (so the runtime's own need no stopping) and closes what is
 * close-on-exec. It keeps ignored signals, the signal mask and file status flags such as O_NONBLOCK on
 * shared descriptions: Node ignores SIGPIPE, for one. Whoever runs next resets what it minds.
 *
 * @man execveat(2)
 * @kernel 3.19
 * @errno ENOENT also for a script by AT_EMPTY_PATH whose fd is close-on-exec
 * @errno ETXTBSY the file is open for writing
 */
export function execveat(port: SyscallPort, call: ExecveatCall): number {
  const argv = stringVector(port, call.argv);
  const envp = stringVector(port, call.envp);
  const unmarked = takeOffCloseOnExec(port, call.inherit ?? [0, 1, 2]);
  const result = port.syscall(syscallNumber('execveat', port.arch), call.dirfd, call.path, argv, envp, call.flags ?? 0);
  for (const fd of unmarked) port.syscall(syscallNumber('fcntl', port.arch), fd, F.SETFD, FD_CLOEXEC);
  return result;
}

/** Which of the fds were marked. One that is closed stays so: a program may be started without stdin. */
function takeOffCloseOnExec(port: SyscallPort, fds: readonly number[]): number[] {
  const fcntl = syscallNumber('fcntl', port.arch);
  return fds.filter((fd) => {
    const flags = port.syscall(fcntl, fd, F.GETFD);
    return flags > 0 && (flags & FD_CLOEXEC) !== 0 && port.syscall(fcntl, fd, F.SETFD, flags & ~FD_CLOEXEC) === 0;
  });
}

/** A NULL-terminated array of pointers, and behind it in the same buffer (so they live as long) the strings. */
function stringVector(port: SyscallPort, strings: readonly string[]): Uint8Array {
  for (const text of strings) refuseUnpassable(text);
  const encoded = strings.map((text) => new TextEncoder().encode(text));
  const head = 8 * (strings.length + 1);
  const vector = new Uint8Array(encoded.reduce((size, bytes) => size + bytes.byteLength + 1, head));
  const pointers = new BigUint64Array(vector.buffer, 0, strings.length);
  const base = port.address(vector);
  let at = head;
  for (const [index, bytes] of encoded.entries()) {
    vector.set(bytes, at);
    pointers[index] = base + BigInt(at);
    at += bytes.byteLength + 1;
  }
  return vector;
}
