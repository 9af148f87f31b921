import { type Attribute, Attributes, bytesAttribute, encodeAttributes, textAttribute, u32Attribute } from './attributes.js';
import { concatAligned, littleEndian, viewOf } from './bytes.js';
import { IFA, IFA_F, IFADDRMSG_SIZE } from './constants.js';
import { familiesDiffer, malformed } from './errors.js';
import { type Family, familyNumber, familyOf, formatIp, parseIp, parsePrefix } from './ip.js';
import { type Scope, scopeNumber, scopeOf } from './scope.js';

/** An address of a network device. */
export interface Address {
  /** Index of the device. */
  readonly link: number;
  readonly family: Family;
  readonly address: string;
  readonly prefixLength: number;
  /** The other end of a point-to-point connection, whose network is that of the prefix then. */
  readonly peer: string | undefined;
  readonly broadcast: string | undefined;
  readonly label: string | undefined;
  readonly scope: Scope;
  /** IFA_F.*. */
  readonly flags: number;
  /** It has no end of life: it was put there, and not learnt. */
  readonly permanent: boolean;
}

/** What an address may have besides itself. */
export interface AddressSettings {
  readonly peer?: string | undefined;
  readonly broadcast?: string | undefined;
  /** Of an IPv4 address: begins with the device's name. */
  readonly label?: string | undefined;
  readonly scope?: Scope | undefined;
  /** IFA_F.*: NODAD, NOPREFIXROUTE. */
  readonly flags?: number | undefined;
}

/** struct ifaddrmsg. */
export function ifaddrmsg(family: number, prefixLength: number, scope: number, link: number): Uint8Array {
  const bytes = Uint8Array.of(family, prefixLength, 0, scope, 0, 0, 0, 0);
  viewOf(bytes).setUint32(4, link, littleEndian);
  return bytes;
}

/** The payload of RTM_NEWADDR and RTM_DELADDR. `text` is `10.0.0.1/24`. */
export function addressPayload(link: number, text: string, settings: AddressSettings = {}): Uint8Array {
  const { family, bytes, length } = parsePrefix(text);
  const same = (other: string): Uint8Array => {
    const ip = parseIp(other);
    if (ip.family !== family) throw familiesDiffer(text, other);
    return ip.bytes;
  };
  const { peer, broadcast, label, scope = 'global', flags } = settings;
  const attributes: Attribute[] = [bytesAttribute(IFA.LOCAL, bytes), bytesAttribute(IFA.ADDRESS, peer === undefined ? bytes : same(peer))];
  if (broadcast !== undefined) attributes.push(bytesAttribute(IFA.BROADCAST, same(broadcast)));
  if (label !== undefined) attributes.push(textAttribute(IFA.LABEL, label));
  if (flags !== undefined) attributes.push(u32Attribute(IFA.FLAGS, flags));
  return concatAligned([ifaddrmsg(familyNumber[family], length, scopeNumber(scope), link), encodeAttributes(attributes)]);
}

/** Reads the payload of RTM_NEWADDR and RTM_DELADDR. Undefined for families that aren't IP. */
export function decodeAddress(payload: Uint8Array): Address | undefined {
  if (payload.byteLength < IFADDRMSG_SIZE) throw malformed('address', `it has ${String(payload.byteLength)} bytes`);
  const [familyByte = 0, prefixLength = 0, flagsByte = 0, scope = 0] = payload;
  const family = familyOf(familyByte);
  if (family === undefined) return undefined;
  const attributes = new Attributes(payload.subarray(IFADDRMSG_SIZE));
  const ip = (type: number): string | undefined => {
    const bytes = attributes.bytes(type);
    if (bytes === undefined) return undefined;
    const text = formatIp(bytes);
    if (text === undefined) throw malformed('address', `it is of ${String(bytes.length)} bytes`);
    return text;
  };
  // An address of IPv6 without a peer has no IFA_LOCAL, one of IPv4 has it twice.
  const prefix = ip(IFA.ADDRESS);
  const address = ip(IFA.LOCAL) ?? prefix;
  if (address === undefined) throw malformed('address', 'it has none');
  const flags = attributes.u32(IFA.FLAGS) ?? flagsByte;
  return {
    link: viewOf(payload).getUint32(4, littleEndian),
    family,
    address,
    prefixLength,
    peer: prefix === address ? undefined : prefix,
    broadcast: ip(IFA.BROADCAST),
    label: attributes.text(IFA.LABEL),
    scope: scopeOf(scope),
    flags,
    permanent: (flags & IFA_F.PERMANENT) !== 0,
  };
}
