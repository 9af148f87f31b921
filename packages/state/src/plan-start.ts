import { at, branch, buf, closeFd, format, here, jump, label, type Op, type Reg, reg, set, store, sys } from '@standpipe/program';
import { stateFile } from './files.js';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM, startMessage } from './start-protocol.js';

const MSG_NOSIGNAL = 0x4000;
const SUN_PATH = 2;
const SOCKADDR_UN_SIZE = 110;
/** Who asks whether the container is started yet, or wants to start it as well, while it is busy with the one that does. */
const BACKLOG = 128;

/** How a container that is set up waits to be started. */
export interface StartPlan {
  /** The socket that it waits on. Whoever closes fds leaves this one open. */
  readonly socket: Reg;
  /** Host half, before the clone: makes the socket. */
  readonly listen: Op[];
  /** Container half: waits until someone asks to start it. When this ends, execve(2) is what is left to do; it closes the connection, and that is the answer. */
  readonly wait: Op[];
  /** Container half, when something behind `wait` failed: whoever started it gets the failed op's sentence. Does nothing when it was not started. */
  readonly tell: Op[];
}

/**
 * Plans the wait between `create` and `start`, on a socket in the container's state directory.
 *
 * Who only connects, to see whether someone listens, is let go again; who queues behind the one that starts it finds the
 * socket closed. A starter that is gone before its acknowledgement could be sent has not started it.
 *
 * @man unix(7)
 */
export function planStart(dir: Reg): StartPlan {
  const socket = reg('start socket');
  const starter = reg('starter');
  return { socket, listen: listen(dir, socket), wait: wait(socket, starter), tell: tell(starter) };
}

function listen(dir: Reg, socket: Reg): Op[] {
  const say = 'make the socket that the container is started by';
  const address = buf('start socket address', SOCKADDR_UN_SIZE);
  const umask = reg('umask');
  return [
    sys('socket', [AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0], { to: socket, say }),
    store(address, 2, AF_UNIX),
    // The state directory's own path may be longer than an address can hold.
    format(at(address, SUN_PATH), ['/proc/self/fd/', dir, `/${stateFile.startSocket}`]),
    // A caller's umask must not keep its own user from connecting.
    sys('umask', [0o177], { to: umask, say }),
    sys('bind', [socket, address, SOCKADDR_UN_SIZE], { say }),
    sys('umask', [umask], { say }),
    sys('listen', [socket, BACKLOG], { say }),
  ];
}

function wait(socket: Reg, starter: Reg): Op[] {
  const say = 'wait to be started';
  const [next, gone, started] = [label('next that connects'), label('not started'), label('started')];
  const message = buf('start message', 1);
  const length = reg('length');
  return [
    set(starter, -1),
    here(next),
    sys('accept4', [socket, null, null, SOCK_CLOEXEC], {
      to: starter,
      unless: { errno: ['ECONNABORTED', 'EINTR'], goto: next },
      say,
    }),
    sys('read', [starter, message, 1], { to: length, unless: { errno: ['ECONNRESET', 'EINTR'], goto: gone }, say }),
    branch(length, '!=', 1, gone),
    sys('sendto', [starter, startMessage.accepted, 1, MSG_NOSIGNAL, null, 0], {
      unless: { errno: ['EPIPE', 'ECONNRESET'], goto: gone },
      say,
    }),
    jump(started),
    here(gone),
    closeFd(starter),
    set(starter, -1),
    jump(next),
    here(started),
  ];
}

function tell(starter: Reg): Op[] {
  const nobody = label('not started by anyone');
  return [branch(starter, '<', 3, nobody), { op: 'report', fd: starter, prefix: '', suffix: '', escape: 'text' }, here(nobody)];
}
