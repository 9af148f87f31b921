import { PR } from '@standpipe/syscalls';
import { at, buf, branch, ERRNO, FAILED, here, jump, label, load, type Op, raise, type Reg, reg, store, sys } from '@standpipe/program';
import { SIGKILL } from './signals.js';

/**
 * How the host half and the container half speak while the container is set up: packets of 16 bytes
 * over a SOCK_SEQPACKET pair, `{ u32 kind, u32 op, u32 errno, u32 0 }`. End of file is a message
 * too: the other side is gone, or after `ready` has become the user's process.
 */
export const packetKind = {
  /** Host to container: everything that you need from outside is done. */
  go: 1,
  /** Container to host: set up; what follows is execve(2). */
  ready: 2,
  /** Container to host: the op of that index failed with that errno. */
  failed: 3,
  /** In-between process to host: the container's process exists, its pid is in place of the op's index. */
  born: 4,
} as const;

export const PACKET_SIZE = 16;

/** The two ends of the pair. Each half closes the other's end, or it would never see end of file. */
export interface Channel {
  readonly host: Reg;
  readonly container: Reg;
}

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;
const MSG_PEEK = 0x2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** Makes the pair, both ends close-on-exec. @man socketpair(2) */
export function openChannel(channel: Channel): Op[] {
  const pair = buf('socket pair', 8);
  return [
    sys('socketpair', [AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair], { say: 'make the socket pair that the host and the container speak over' }),
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

/** Host: lets the container go on. */
export function sendGo(channel: Channel): Op[] {
  return [sendPacket(channel.host, packet(packetKind.go), 'tell the container to go on')];
}

/** Waits for the host's `go`; fails when the host is gone. */
export function awaitGo(channel: Channel): Op[] {
  const message = buf('go', PACKET_SIZE);
  const gone = label('host gone');
  const going = label('going');
  const length = reg('length');
  return [
    sys('read', [channel.container, message, PACKET_SIZE], { to: length, unless: { errno: ['ECONNRESET'], goto: gone }, say: 'wait for the host' }),
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
  return [
    store(at(message, 4), 4, FAILED),
    store(at(message, 8), 4, ERRNO),
    sys('sendto', [channel.container, message, PACKET_SIZE, MSG_NOSIGNAL, null, 0], { unless: { errno: 'any' } }),
    sys('exit_group', [1]),
  ];
}

/**
 * Host: waits for one packet and puts its second word into `value`. The container's failure becomes
 * the host's own, reported with the sentence of the container's op.
 */
export function awaitPacket(channel: Channel, value: Reg | undefined, settings: { say: string; onEnd?: Op[] }): Op[] {
  const message = buf('packet', PACKET_SIZE);
  const length = reg('length');
  const kind = reg('kind');
  const gone = label('container gone');
  const got = label('packet here');
  const fine = label('no failure');
  const failed = reg('container failed');
  const errno = reg('container errno');
  return [
    sys('read', [channel.host, message, PACKET_SIZE], { to: length, unless: { errno: ['ECONNRESET'], goto: gone }, say: settings.say }),
    branch(length, '>=', 1, got),
    here(gone),
    ...(settings.onEnd ?? [raise("the container's process died during its set-up")]),
    here(got),
    load(message, 4, kind),
    branch(kind, '!=', packetKind.failed, fine),
    load(at(message, 4), 4, failed),
    load(at(message, 8), 4, errno),
    raise("the container's set-up ended without a command", { errno, failed }),
    here(fine),
    ...(value === undefined ? [] : [load(at(message, 4), 4, value)]),
  ];
}

/** Host: waits until the container says `ready`. */
export function awaitReady(channel: Channel): Op[] {
  return awaitPacket(channel, undefined, { say: 'wait until the container is set up' });
}

/** Host, after `ready`: waits until the container's process is the user's (its end of the channel closes with execve), or its exec failed. */
export function awaitExec(channel: Channel): Op[] {
  const done = label('executed');
  return [...awaitPacket(channel, undefined, { say: "wait until the container's command runs", onEnd: [jump(done)] }), here(done)];
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

/** In-between process: sends a packet of that kind with a register in its second word. */
export function sendValue(channel: Channel, kind: number, value: Reg, say: string): Op[] {
  const message = buf('value', PACKET_SIZE, packet(kind));
  return [store(at(message, 4), 4, value), sys('sendto', [channel.container, message, PACKET_SIZE, MSG_NOSIGNAL, null, 0], { say })];
}
