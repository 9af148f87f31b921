import { PR } from '@standpipe/syscalls';
import {
  at,
  branch,
  type Buf,
  buf,
  ERRNO,
  FAILED,
  here,
  jump,
  label,
  load,
  type Op,
  raise,
  type Reg,
  reg,
  sendFd,
  store,
  sys,
  words,
} from '@standpipe/program';
import { SIGKILL } from './signals.js';

/**
 * How the host half and the container half speak while the container is set up: packets of 16 bytes
 * over a SOCK_SEQPACKET pair, `{ u32 kind, u32 op, u32 errno, u32 0 }`. End of file is a message
 * too: the other side is gone, or after `ready` has become the user's process. Behind a `failed` comes
 * the text of its sentence, where the channel has one.
 */
export const packetKind = {
  /** Host to container: everything that you need from outside is done. */
  go: 1,
  /** Container to host: set up; what follows is execve(2). */
  ready: 2,
  /** Container to host: the op of that index failed with that errno. */
  failed: 3,
  /** Container to host, where somebody else cloned it: who sends this is the container's process. */
  born: 4,
  /** Container to host: an fd comes with it. */
  fd: 5,
  /** Container to host: at a point where the host has something to do, and waits for another `go`. */
  reached: 6,
} as const;

export const PACKET_SIZE = 16;

/** The two ends of the pair. Each half closes the other's end, or it would never see end of file. */
export interface Channel {
  readonly host: Reg;
  readonly container: Reg;
  /** Where both halves keep the sentence of a failure that is known only when it happens (`text` of `raise`): it goes along with the container's failure. */
  readonly sentence?: Buf | undefined;
}

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_PASSCRED = 16;
const MSG_PEEK = 0x2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** Makes the pair, both ends close-on-exec. @man socketpair(2) */
export function openChannel(channel: Channel): Op[] {
  const pair = buf('socket pair', 8);
  return [
    sys('socketpair', [AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair], {
      say: 'make the socket pair that the host and the container speak over',
    }),
    load(pair, 4, channel.host),
    load(at(pair, 4), 4, channel.container),
  ];
}

function packet(kind: number): Uint8Array {
  const bytes = new Uint8Array(PACKET_SIZE);
  new DataView(bytes.buffer).setUint32(0, kind, true);
  return bytes;
}

function sendPacket(socket: Reg, bytes: Uint8Array, say: string): Op {
  return sys('sendto', [socket, bytes, PACKET_SIZE, MSG_NOSIGNAL, null, 0], { say });
}

/** Host: lets the container go on. When it is gone, `awaitReady` will find that, and why. */
export function sendGo(channel: Channel): Op[] {
  return [
    sys('sendto', [channel.host, packet(packetKind.go), PACKET_SIZE, MSG_NOSIGNAL, null, 0], {
      unless: { errno: ['EPIPE', 'ECONNRESET'] },
      say: 'tell the container to go on',
    }),
  ];
}

/** Waits for the host's `go`; fails when the host is gone. */
export function awaitGo(channel: Channel): Op[] {
  const message = buf('go', PACKET_SIZE);
  const gone = label('host gone');
  const going = label('going');
  const length = reg('length');
  return [
    sys('read', [channel.container, message, PACKET_SIZE], {
      to: length,
      unless: { errno: ['ECONNRESET'], goto: gone },
      say: 'wait for the host',
    }),
    branch(length, '>=', 1, going),
    here(gone),
    raise('the process that sets the container up is gone'),
    here(going),
  ];
}

/** Container: says that all is done but execve. */
export function sendReady(channel: Channel): Op[] {
  return [sendPacket(channel.container, packet(packetKind.ready), 'tell the host that the container is set up')];
}

/**
 * The end of the container's section, reached only by failure: tells the host which op failed and
 * why, and exits with 1. Nothing here fails; when the host is gone no one is there to be told.
 */
export function sendFailure(channel: Channel): Op[] {
  const message = buf('failure', PACKET_SIZE, packet(packetKind.failed));
  const { iov, count } = partsOf(channel, message);
  return [
    store(at(message, 4), 4, FAILED),
    store(at(message, 8), 4, ERRNO),
    sys('sendmsg', [channel.container, words('msghdr', [0, 0, iov, count, 0, 0, 0]), MSG_NOSIGNAL], { unless: { errno: 'any' } }),
    sys('exit_group', [1]),
  ];
}

/** struct iovec for a packet, and for the sentence behind it where there may be one. */
function partsOf({ sentence }: Channel, message: Buf): { iov: Buf; count: number } {
  const parts = sentence === undefined ? [message, PACKET_SIZE] : [message, PACKET_SIZE, sentence, sentence.size];
  return { iov: words('iovec', parts), count: parts.length / 2 };
}

/**
 * Host: goes on with what was received into `message`. The container's failure becomes the host's
 * own, reported with the sentence of the container's op.
 */
function takePacket(message: Buf, length: Reg, onEnd: readonly Op[]): Op[] {
  const [got, fine] = [label('packet here'), label('no failure')];
  const [kind, failed, errno] = [reg('kind'), reg('container failed'), reg('container errno')];
  return [
    branch(length, '>=', 1, got),
    ...onEnd,
    here(got),
    load(message, 4, kind),
    branch(kind, '!=', packetKind.failed, fine),
    load(at(message, 4), 4, failed),
    load(at(message, 8), 4, errno),
    raise("the container's set-up ended without a command", { errno, failed }),
    here(fine),
  ];
}

const died = (): Op => raise("the container's process died during its set-up");

function awaitPacket(channel: Channel, say: string, onEnd: readonly Op[]): Op[] {
  const message = buf('packet', PACKET_SIZE);
  const { iov, count } = partsOf(channel, message);
  const length = reg('length');
  const again = label('packet');
  return [
    here(again),
    // ECONNRESET comes once, when the other side ended with unread packets; behind it lie those that it sent, then end of file.
    sys('readv', [channel.host, iov, count], { to: length, unless: { errno: ['ECONNRESET'], goto: again }, say }),
    ...takePacket(message, length, onEnd),
  ];
}

/** Container: is where the host has something to do, and waits until that is done. */
export function sendReached(channel: Channel): Op[] {
  return [sendPacket(channel.container, packet(packetKind.reached), 'tell the host that it is its turn'), ...awaitGo(channel)];
}

/** Host: waits until the container is where it `sendReached`. It goes on with `sendGo`. */
export function awaitReached(channel: Channel): Op[] {
  return awaitPacket(channel, "wait for the container's set-up", [died()]);
}

/** Host: waits until the container says `ready`. */
export function awaitReady(channel: Channel): Op[] {
  return awaitPacket(channel, 'wait until the container is set up', [died()]);
}

/** Host, after `ready`: waits until the container's process is the user's (its end of the channel closes with execve), or its exec failed. */
export function awaitExec(channel: Channel): Op[] {
  const done = label('executed');
  return [...awaitPacket(channel, "wait until the container's command runs", [jump(done)]), here(done)];
}

/**
 * Host: waits until the user's process runs. A failure of the container's half, its execve
 * included, is raised here with the sentence and errno of the op that failed there.
 */
export function awaitContainer(channel: Channel): Op[] {
  return [...awaitReady(channel), ...awaitExec(channel)];
}

/**
 * Container: asks to be killed when the process that sets it up dies. Changing ids clears it, so it
 * is armed again after each such change; the look at the channel closes the race with a host that
 * died in between.
 *
 * @man PR_SET_PDEATHSIG(2const)
 */
export function armParentDeath(channel: Channel): Op[] {
  const peeked = buf('peeked', PACKET_SIZE);
  const alive = label('host alive');
  const length = reg('length');
  return [
    sys('prctl', [PR.SET_PDEATHSIG, SIGKILL, 0, 0, 0], { say: 'tie the container to the process that sets it up' }),
    sys('recvfrom', [channel.container, peeked, PACKET_SIZE, MSG_PEEK | MSG_DONTWAIT, null, null], {
      to: length,
      unless: { errno: ['EAGAIN'], goto: alive },
      say: 'look after the process that sets the container up',
    }),
    branch(length, '>=', 1, alive),
    raise('the process that sets the container up is gone'),
    here(alive),
  ];
}

/** Container: its last step before the host may leave. */
export function disarmParentDeath(): Op[] {
  return [sys('prctl', [PR.SET_PDEATHSIG, 0, 0, 0, 0], { say: 'free the container from the process that set it up' })];
}

/** Host, before there is anyone else: has each packet come with the pid of who sent it. @man SO_PASSCRED in unix(7) */
export function askForSenders(channel: Channel): Op[] {
  const on = buf('on', 4, new Uint8Array([1, 0, 0, 0]));
  return [sys('setsockopt', [channel.host, SOL_SOCKET, SO_PASSCRED, on, on.size], { say: 'ask for the pids of who sends' })];
}

/** Container: makes itself known to the host, where somebody else cloned it. */
export function sendBorn(channel: Channel): Op[] {
  return [sendPacket(channel.container, packet(packetKind.born), 'tell the host that the container is there')];
}

/**
 * Host: waits until the container's process makes itself known, and puts its pid into `pid`. The pid is the kernel's
 * word and none of the sender's, who may be in a pid namespace where it has another.
 *
 * @man recvmsg(2), SCM_CREDENTIALS in unix(7)
 */
export function awaitBorn(channel: Channel, pid: Reg): Op[] {
  const message = buf('packet', PACKET_SIZE);
  // struct cmsghdr and struct ucred, which begins with the pid.
  const control = buf('control message', 32);
  const again = label('born');
  const length = reg('length');
  const { iov, count } = partsOf(channel, message);
  const msghdr = words('msghdr', [0, 0, iov, count, control, control.size, 0]);
  return [
    here(again),
    sys('recvmsg', [channel.host, msghdr, 0], {
      to: length,
      unless: { errno: ['ECONNRESET'], goto: again },
      say: "wait for the container's process to be made",
    }),
    ...takePacket(message, length, [died()]),
    load(at(control, 16), 4, pid),
  ];
}

/** Container: hands an fd to the host, which must wait for it with {@link takeFd} at that point of its own ops. */
export function handFd(channel: Channel, fd: Reg, what: string): Op[] {
  const text = Buffer.from(packet(packetKind.fd)).toString('latin1');
  return sendFd(channel.container, fd, text, { say: `hand ${what} to the host` });
}

const CMSG_RIGHTS = (1n << 32n) | BigInt(SOL_SOCKET);
/** struct cmsghdr and struct ucred, padded. */
const CREDENTIALS_SPACE = 32;

/** Host: receives the fd that the container hands over, close-on-exec. */
export function takeFd(channel: Channel, to: Reg, what: string): Op[] {
  const message = buf('packet', PACKET_SIZE);
  // Where senders are asked for, who sent it comes first.
  const control = buf('control messages', CREDENTIALS_SPACE + 24);
  const [again, second, done, none] = [label('fd'), label('behind the sender'), label('fd taken'), label('no fd')];
  const [length, kind] = [reg('length'), reg('control message')];
  const { iov, count } = partsOf(channel, message);
  const msghdr = words('msghdr', [0, 0, iov, count, control, control.size, 0]);
  const say = `take ${what} from the container`;
  return [
    here(again),
    sys('recvmsg', [channel.host, msghdr, MSG_CMSG_CLOEXEC], { to: length, unless: { errno: ['ECONNRESET'], goto: again }, say }),
    ...takePacket(message, length, [died()]),
    load(at(control, 8), 8, kind),
    branch(kind, '!=', CMSG_RIGHTS, second),
    load(at(control, 16), 4, to),
    jump(done),
    here(second),
    load(at(control, CREDENTIALS_SPACE + 8), 8, kind),
    branch(kind, '!=', CMSG_RIGHTS, none),
    load(at(control, CREDENTIALS_SPACE + 16), 4, to),
    jump(done),
    here(none),
    raise(`${say}: it sent none`),
    here(done),
  ];
}

/**
 * Closes this process and those that it clones to ptrace(2), and their fds to others, before it enters namespaces where
 * others are. execve(2) opens them again. /proc files of theirs belong to root meanwhile.
 *
 * @man PR_SET_DUMPABLE(2const)
 */
export function refusePtrace(): Op[] {
  return [sys('prctl', [PR.SET_DUMPABLE, 0, 0, 0, 0], { say: 'close the process to ptrace' })];
}
