import { closeFd, type Op, type Reg, sendFd, sys } from '@standpipe/program';
import { pidfdSocketInvalid } from '../errors.js';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SUN_PATH_SIZE = 108;

/**
 * Host, behind the clone, so that the process never has it: connects to the socket of who wants a process's pidfd.
 *
 * @throws PlumbingError `PIDFD_SOCKET_INVALID` for a path that no socket address can hold
 */
export function connectPidfdSocket(path: string, to: Reg): Op[] {
  const length = Buffer.byteLength(path);
  if (length === 0 || length >= SUN_PATH_SIZE || path.includes('\0')) throw pidfdSocketInvalid(path);
  const address = new Uint8Array(2 + SUN_PATH_SIZE);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(Buffer.from(path), 2);
  const say = `connect to the pidfd socket ${JSON.stringify(path)}`;
  return [sys('socket', [AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0], { to, say }), sys('connect', [to, address, address.length], { say })];
}

/** Host, once the process is set up: sends its pidfd. Beside it stands what runc sends: `standard` for a container's first process, `setns` for another. */
export function sendPidfd(socket: Reg, pidfd: Reg, kind: 'standard' | 'setns'): Op[] {
  return [...sendFd(socket, pidfd, kind, { say: "send the process's pidfd" }), closeFd(socket)];
}
