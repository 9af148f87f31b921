import { align, littleEndian, viewOf } from './bytes.js';
import { NLMSGHDR_SIZE } from './constants.js';
import { malformed } from './errors.js';

/** A message: struct nlmsghdr, and what is behind it. @man netlink(7) */
export interface NetlinkMessage {
  /** RTM.* or NLMSG.*. */
  readonly type: number;
  /** NLM_F.*. */
  readonly flags: number;
  /** Answers have the request's. */
  readonly sequence: number;
  /** Of the socket that an answer is for. Says nothing of who sent it. */
  readonly portId: number;
  readonly payload: Uint8Array;
}

export type MessageInput = Pick<NetlinkMessage, 'type' | 'flags' | 'payload'> & Partial<Pick<NetlinkMessage, 'sequence' | 'portId'>>;

export function encodeMessage({ type, flags, sequence = 0, portId = 0, payload }: MessageInput): Uint8Array {
  const bytes = new Uint8Array(NLMSGHDR_SIZE + payload.byteLength);
  const view = viewOf(bytes);
  view.setUint32(0, bytes.byteLength, littleEndian);
  view.setUint16(4, type, littleEndian);
  view.setUint16(6, flags, littleEndian);
  view.setUint32(8, sequence, littleEndian);
  view.setUint32(12, portId, littleEndian);
  bytes.set(payload, NLMSGHDR_SIZE);
  return bytes;
}

/** How long the message that begins these bytes says it is; undefined while its header is not all there. */
export function messageLength(bytes: Uint8Array): number | undefined {
  if (bytes.byteLength < NLMSGHDR_SIZE) return undefined;
  const length = viewOf(bytes).getUint32(0, littleEndian);
  if (length < NLMSGHDR_SIZE) throw malformed('message', `its length is ${String(length)}`);
  return length;
}

/** Cuts a datagram into its messages. */
export function decodeMessages(bytes: Uint8Array): NetlinkMessage[] {
  const list: NetlinkMessage[] = [];
  for (let offset = 0; offset < bytes.byteLength;) {
    const rest = bytes.subarray(offset);
    const length = messageLength(rest);
    if (length === undefined || length > rest.byteLength) {
      throw malformed('message', `it is cut short: ${String(rest.byteLength)} bytes of ${String(length ?? NLMSGHDR_SIZE)}`);
    }
    const view = viewOf(rest);
    list.push({
      type: view.getUint16(4, littleEndian),
      flags: view.getUint16(6, littleEndian),
      sequence: view.getUint32(8, littleEndian),
      portId: view.getUint32(12, littleEndian),
      payload: rest.subarray(NLMSGHDR_SIZE, length),
    });
    offset += align(length);
  }
  return list;
}
