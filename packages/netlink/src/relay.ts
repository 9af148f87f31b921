import {
  at,
  branch,
  buf,
  here,
  jump,
  label,
  load,
  type Op,
  type ProgramSource,
  prologue,
  reg,
  section,
  store,
  sys,
  words,
} from '@standpipe/program';
import { MSG } from '@standpipe/syscalls';
import { NLMSG, NLMSGHDR_SIZE, SOCKADDR_NL_SIZE } from './constants.js';
import { encodeMessage } from './message.js';
import { alignUp } from './ops.js';

const BUFFER_SIZE = 64 * 1024;
const POLLIN = 0x1;
const SIGSET_SIZE = 8;
const origin = { plugin: 'netlink', step: 'watch' };

/**
 * Writes what the kernel sends to the netlink socket on standard input to standard output, until nobody reads that any more. A
 * datagram of somebody else's is dropped. Where some were lost, a NLMSG_OVERRUN is written.
 */
export function relayProgram(): ProgramSource {
  const data = buf('datagram', BUFFER_SIZE);
  const [from, size] = [buf('sender', SOCKADDR_NL_SIZE), buf('sender size', 4)];
  // struct pollfd: the socket, and standard output, of which it is told without asking that it has no reader.
  const polls = words('pollfds', [BigInt(POLLIN) << 32n, 1n]);
  const [length, value] = [reg('length'), reg('value')];
  const [next, lost] = [label('next'), label('some were lost')];
  const end = label('nobody reads');
  const write = { unless: { errno: ['EPIPE', 'ECONNRESET'], goto: end }, say: 'pass on what happened' };
  const overrun = encodeMessage({ type: NLMSG.OVERRUN, flags: 0, payload: new Uint8Array() });
  const ops: Op[] = [
    ...prologue({ keepFds: 0 }),
    here(next),
    sys('ppoll', [polls, 2, null, null, SIGSET_SIZE], { unless: { errno: ['EINTR'], goto: next }, say: 'wait until something happens' }),
    load(at(polls, 14), 2, value),
    branch(value, '!=', 0, end),
    store(size, 4, SOCKADDR_NL_SIZE),
    sys('recvfrom', [0, data, BUFFER_SIZE, MSG.DONTWAIT | MSG.TRUNC, from, size], {
      to: length,
      unless: { errno: ['EAGAIN', 'EINTR', 'ENOBUFS'] },
      say: 'hear what happened',
    }),
    branch(length, '==', -ENOBUFS, lost),
    branch(length, '<', NLMSGHDR_SIZE, next),
    load(at(from, 4), 4, value),
    branch(value, '!=', 0, next),
    branch(length, '>=', BUFFER_SIZE + 1, lost),
    ...alignUp(length, length), // the next one begins at a multiple of four again
    sys('write', [1, data, length], write),
    jump(next),
    here(lost),
    sys('write', [1, overrun, overrun.length], write),
    jump(next),
    here(end),
    sys('exit_group', [0]),
  ];
  const failed: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [1])];
  return { sections: [section('relay', label('relay'), ops, failed, origin)] };
}

const ENOBUFS = 105;
