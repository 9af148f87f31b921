import { closeFd, connectSocket, isSocketPath, type Op, type Reg, sendFd } from '@standpipe/program';
import { pidfdSocketInvalid } from '../errors.js';

/**
 * Host, behind the clone, so that the process never has it: connects to the socket of who wants a process's pidfd.
 *
 * @throws PlumbingError `PIDFD_SOCKET_INVALID` for a path that no socket address can hold
 */
export function connectPidfdSocket(path: string, to: Reg): Op[] {
  if (!isSocketPath(path)) throw pidfdSocketInvalid(path);
  return connectSocket(path, to, { say: `connect to the pidfd socket ${JSON.stringify(path)}` });
}

/** Host, once the process is set up: sends its pidfd. Beside it stands what runc sends: `standard` for a container's first process, `setns` for another. */
export function sendPidfd(socket: Reg, pidfd: Reg, kind: 'standard' | 'setns'): Op[] {
  return [...sendFd(socket, pidfd, kind, { say: "send the process's pidfd" }), closeFd(socket)];
}
