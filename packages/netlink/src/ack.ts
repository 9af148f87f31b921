import { Attributes } from './attributes.js';
import { align, littleEndian, viewOf } from './bytes.js';
import { NLM_F, NLMSG, NLMSGERR_ATTR, NLMSGHDR_SIZE } from './constants.js';
import { malformed, type Refusal } from './errors.js';
import { messageLength, type NetlinkMessage } from './message.js';
import { attributeAt, missingAttribute } from './names.js';

/**
 * Reads the kernel's verdict from a NLMSG_ERROR, or from the NLMSG_DONE at the end of a dump: undefined when all is well. The
 * faulty attribute is named by looking into the request, at the offset that the kernel gives.
 *
 * @kernel 4.12 for its own words
 */
export function decodeAck({ type, flags, payload }: NetlinkMessage, request: Uint8Array): Refusal | undefined {
  if (payload.byteLength < 4) {
    // Old kernels end a dump with no more than a header.
    if (type === NLMSG.DONE) return undefined;
    throw malformed('answer', `it has ${String(payload.byteLength)} bytes`);
  }
  const errno = -viewOf(payload).getInt32(0, littleEndian);
  if (errno === 0) return undefined;
  if (errno < 0 || errno > 4095) throw malformed('answer', `its errno is ${String(errno)}`);
  if ((flags & NLM_F.ACK_TLVS) === 0) return { errno };
  const attributes = new Attributes(payload.subarray(type === NLMSG.DONE ? 4 : 4 + echoed(payload, flags)));
  const requestType = viewOf(request).getUint16(4, littleEndian);
  const offset = attributes.u32(NLMSGERR_ATTR.OFFS);
  const missing = attributes.u32(NLMSGERR_ATTR.MISS_TYPE);
  const attribute =
    offset !== undefined
      ? attributeAt(request, requestType, offset)
      : missing !== undefined
        ? missingAttribute(request, requestType, missing, attributes.u32(NLMSGERR_ATTR.MISS_NEST))
        : undefined;
  return { errno, text: attributes.text(NLMSGERR_ATTR.MSG), attribute };
}

/** How much of the request an answer repeats: its header, or all of it. */
function echoed(payload: Uint8Array, flags: number): number {
  if ((flags & NLM_F.CAPPED) !== 0) return NLMSGHDR_SIZE;
  const length = messageLength(payload.subarray(4));
  if (length === undefined || length > payload.byteLength - 4) throw malformed('answer', 'the request in it is cut short');
  return align(length);
}
