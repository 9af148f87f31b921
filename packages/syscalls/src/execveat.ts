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
  return port.syscall(syscallNumber('execveat', port.arch), call.dirfd, call.path, argv, envp, call.flags ?? 0);
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
