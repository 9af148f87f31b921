import { at, buf, closeFd, connectSocket, isSocketPath, load, type Op, receiveFd, type Reg, sendFd, sys } from '@standpipe/program';
import { socketPathTooLong } from './errors.js';

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;

/** The name under which runc sends a terminal; receivers show it, if anything. */
const PTMX_NAME = '/dev/pts/ptmx';

/** A socket pair that brings the terminal out of the container. After the clone each half closes the other's end, or it would never see that the other has died. */
export interface ConsoleChannel {
  readonly host: Reg;
  readonly container: Reg;
}

/** Host, before the clone: makes the pair, both ends close-on-exec. @man socketpair(2) */
export function openConsoleChannel({ host, container }: ConsoleChannel): Op[] {
  const pair = buf('console channel', 8);
  return [
    sys('socketpair', [AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair], {
      say: "make the socket pair that brings the container's terminal out",
    }),
    load(pair, 4, host),
    load(at(pair, 4), 4, container),
  ];
}

/**
 * Host, before the clone: connects to the socket of who wants the terminal, as `--console-socket` has
 * it. The container half then sends to it directly, and the host half closes it after the clone.
 *
 * @throws PlumbingError `CONSOLE_SOCKET_INVALID` for a path that no socket address can hold
 * @man unix(7)
 */
export function connectConsoleSocket(path: string, to: Reg): Op[] {
  if (!isSocketPath(path)) throw socketPathTooLong(path);
  return connectSocket(path, to, { say: `connect to the console socket ${JSON.stringify(path)}` });
}

/** Container: sends the terminal's master out, through a channel's end or a console socket, and keeps neither. */
export function sendConsole(socket: Reg, master: Reg, pointer?: string): Op[] {
  return [...sendFd(socket, master, PTMX_NAME, { say: "send the container's terminal out", pointer }), closeFd(master), closeFd(socket)];
}

/** Host, once the container is set up: takes the terminal's master. It was sent before, so this never waits. */
export function receiveConsole(socket: Reg, master: Reg, pointer?: string): Op[] {
  return [...receiveFd(socket, master, { say: "receive the container's terminal", pointer }), closeFd(socket)];
}
