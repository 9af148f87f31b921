import { closeSync } from 'node:fs';
import { check, type SyscallPort, syscallNumber } from '@standpipe/syscalls';
import type { StateDirectory } from './directory.js';
import { stateFile } from './files.js';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from './start-protocol.js';

const SOCK_NONBLOCK = 0o4000;
const SOCKADDR_UN_SIZE = 110;
const [EAGAIN, ECONNREFUSED, ENOENT] = [-11, -111, -2];

/**
 * Whether a container still waits to be started. The kernel knows: nobody listens on the socket any more
 * once the container has executed its command, or has ended, whatever happened to who started it.
 *
 * @man connect(2)
 */
export function isWaiting(port: SyscallPort, dir: StateDirectory): boolean {
  if (!dir.has(stateFile.startSocket)) return false;
  const address = Buffer.alloc(SOCKADDR_UN_SIZE);
  address.writeUInt16LE(AF_UNIX);
  address.write(dir.path(stateFile.startSocket), 2);
  const call = (name: 'socket' | 'connect', ...args: (number | Uint8Array)[]): number =>
    port.syscall(syscallNumber(name, port.arch), ...args);
  const socket = check(call('socket', AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), { syscall: 'socket' });
  try {
    const result = call('connect', socket, address, SOCKADDR_UN_SIZE);
    if (result === ECONNREFUSED || result === ENOENT) return false;
    if (result !== EAGAIN) check(result, { syscall: 'connect', args: [socket, dir.path(stateFile.startSocket)] });
    return true;
  } finally {
    closeSync(socket);
  }
}
