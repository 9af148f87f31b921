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
  /** It has no end: it was put there to stay. */
  readonly permanent: boolean;
  /** How long it still is one, and how long new connections begin from it; undefined for ever. */
  readonly validSeconds: number | undefined;
  readonly preferredSeconds: number | undefined;
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
  /** For ever when left out. */
  readonly validSeconds?: number | undefined;
  /** As long as it is valid when left out. */
  readonly preferredSeconds?: number | undefined;
}

const FOR_EVER = 0xffff_ffff;

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
  const { peer, broadcast, label, scope = 'global', flags, validSeconds = FOR_EVER, preferredSeconds = validSeconds } = settings;
  const attributes: Attribute[] = [bytesAttribute(IFA.LOCAL, bytes), bytesAttribute(IFA.ADDRESS, peer === undefined ? bytes : same(peer))];
  if (broadcast !== undefined) attributes.push(bytesAttribute(IFA.BROADCAST, same(broadcast)));
  if (label !== undefined) attributes.push(textAttribute(IFA.LABEL, label));
  if (flags !== undefined) attributes.push(u32Attribute(IFA.FLAGS, flags));
  if (preferredSeconds !== FOR_EVER) {
    // struct ifa_cacheinfo: behind the two lie times that are the kernel's to tell.
    attributes.push(bytesAttribute(IFA.CACHEINFO, new Uint8Array(Uint32Array.of(preferredSeconds, validSeconds, 0, 0).buffer)));
  }
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
    ...lifetimesIn(attributes.bytes(IFA.CACHEINFO)),
  };
}

function lifetimesIn(cacheinfo: Uint8Array | undefined): Pick<Address, 'validSeconds' | 'preferredSeconds'> {
  if (cacheinfo === undefined) return { validSeconds: undefined, preferredSeconds: undefined };
  if (cacheinfo.byteLength < 8) throw malformed('address', 'its lifetimes are cut short');
  const [preferredSeconds, validSeconds] = [0, 4].map((offset) => {
    const seconds = viewOf(cacheinfo).getUint32(offset, littleEndian);
    return seconds === FOR_EVER ? undefined : seconds;
  });
  return { validSeconds, preferredSeconds };
}
