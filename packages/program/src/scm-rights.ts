import { branch, here, label, load, type Op, type OpNotes, raise, store, sys, type Unless } from './op.js';
import { at, buf, type Buf, type Reg, reg, words } from './operand.js';

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;
/** struct cmsghdr and one fd: its length, and the room that it takes. */
const CMSG_LENGTH = 20;
const CMSG_SPACE = 24;
const CMSG_FD = 16;
const MSG_CONTROLLEN = 40;
/** What came beside the fd, which nobody reads. */
const text = buf('text beside an fd', 4096);
const kind = (BigInt(SCM_RIGHTS) << 32n) | BigInt(SOL_SOCKET);

/** struct msghdr with one iovec and room for one fd. */
function message(data: Uint8Array | Buf, length: number, control: Buf): Buf {
  return words('msghdr', [null, 0, words('iovec', [data, length]), 1, control, CMSG_SPACE, 0]);
}

/** Sends an open fd over a Unix socket, with a text beside it: a message of no bytes carries none. @man unix(7) */
export function sendFd(socket: Reg, fd: Reg, text: string, notes: OpNotes & { readonly unless?: Unless }): Op[] {
  const bytes = Buffer.from(text);
  const control = words('control', [CMSG_LENGTH, kind, 0]);
  return [store(at(control, CMSG_FD), 4, fd), sys('sendmsg', [socket, message(bytes, bytes.length, control), MSG_NOSIGNAL], notes)];
}

/** Receives one fd, close-on-exec, into `to`. Fails when the other side has gone or sent none. */
export function receiveFd(socket: Reg, to: Reg, notes: OpNotes & { readonly say: string }): Op[] {
  const control = buf('control', CMSG_SPACE);
  const header = message(text, text.size, control);
  const value = reg('control');
  const none = label('no fd');
  const got = label('fd received');
  return [
    sys('recvmsg', [socket, header, MSG_CMSG_CLOEXEC], notes),
    load(at(header, MSG_CONTROLLEN), 8, value),
    branch(value, '<', CMSG_LENGTH, none),
    load(at(control, 8), 8, value),
    branch(value, '!=', kind, none),
    load(at(control, CMSG_FD), 4, to),
    branch(to, '>=', 0, got),
    here(none),
    raise(`${notes.say}: the other side sent none`, { pointer: notes.pointer }),
    here(got),
  ];
}
