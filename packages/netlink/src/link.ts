import {
  Attributes,
  type Attribute,
  bytesAttribute,
  encodeAttributes,
  nestedAttribute,
  textAttribute,
  u32Attribute,
} from './attributes.js';
import { concatAligned, littleEndian, viewOf } from './bytes.js';
import { IFF, IFINFOMSG_SIZE, IFLA, IFLA_INFO, VETH_INFO } from './constants.js';
import { malformed } from './errors.js';
import { checkInterfaceName } from './interface-name.js';
import { formatHardwareAddress, parseHardwareAddress } from './ip.js';

const operStates = ['unknown', 'notpresent', 'down', 'lowerlayerdown', 'testing', 'dormant', 'up'] as const;
export type OperState = (typeof operStates)[number];

/** A network device. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly altNames: readonly string[];
  /** `veth`, `bridge`, `dummy` …; undefined for hardware and loopback. */
  readonly kind: string | undefined;
  /** Somebody wants it up. */
  readonly up: boolean;
  /** It is up, and has a carrier. */
  readonly running: boolean;
  readonly loopback: boolean;
  /** IFF.*. */
  readonly flags: number;
  readonly operState: OperState;
  readonly mtu: number | undefined;
  /** `aa:bb:cc:dd:ee:ff`. */
  readonly address: string | undefined;
  readonly alias: string | undefined;
  /** Index of the bridge or bond that it belongs to. */
  readonly master: number | undefined;
  /** Index of what it is on, and for a veth of its peer: in the namespace that `peerNetnsid` means, if there is one. */
  readonly peer: number | undefined;
  readonly peerNetnsid: number | undefined;
}

/** Where a device goes: to the network namespace of a process or of an open file. */
export type NetnsTarget = { readonly pid: number } | { readonly fd: number };

/** What a device is to be. What is left out stays as it is. */
export interface LinkSettings {
  readonly up?: boolean | undefined;
  readonly name?: string | undefined;
  readonly mtu?: number | undefined;
  /** `aa:bb:cc:dd:ee:ff`. */
  readonly address?: string | undefined;
  /** Index of a bridge or bond to belong to; 0 to leave it. */
  readonly master?: number | undefined;
  readonly alias?: string | undefined;
  readonly txQueueLength?: number | undefined;
  readonly netns?: NetnsTarget | undefined;
}

/** A device to be made. */
export interface NewLink extends LinkSettings {
  readonly name: string;
  /** `veth`, `bridge`, `dummy`, or another that needs no more than its name. */
  readonly kind: string;
  /** The other end of a veth. It comes down: it can be set up when both are there. */
  readonly peer?: (Omit<LinkSettings, 'up'> & { readonly name: string }) | undefined;
}

/** A device by index, or by one of its names. */
export type LinkRef = number | string;

/** As messages speak of it: `"eth0"`, `number 3`. */
export function describeLink(ref: LinkRef): string {
  return typeof ref === 'number' ? `number ${String(ref)}` : JSON.stringify(ref);
}

/** struct ifinfomsg: of the flags, those of `change` count. */
export function ifinfomsg(index: number, flags = 0, change = 0): Uint8Array {
  const bytes = new Uint8Array(IFINFOMSG_SIZE);
  const view = viewOf(bytes);
  view.setInt32(4, index, littleEndian);
  view.setUint32(8, flags, littleEndian);
  view.setUint32(12, change, littleEndian);
  return bytes;
}

/** The payload of a message about a device, which the kernel looks up. */
export function linkPayload(ref: LinkRef, attributes: readonly Attribute[] = []): Uint8Array {
  if (typeof ref === 'number') return concatAligned([ifinfomsg(ref), encodeAttributes(attributes)]);
  return concatAligned([ifinfomsg(0), encodeAttributes([textAttribute(IFLA.IFNAME, checkInterfaceName(ref)), ...attributes])]);
}

/** The payload of RTM_SETLINK. By index where the name changes: a name would be taken for the new one. */
export function setLinkPayload(ref: LinkRef, settings: LinkSettings): Uint8Array {
  const attributes = settingsAttributes(settings);
  const byName = typeof ref === 'string' ? [textAttribute(IFLA.IFNAME, checkInterfaceName(ref))] : [];
  return concatAligned([header(typeof ref === 'number' ? ref : 0, settings), encodeAttributes([...byName, ...attributes])]);
}

/** The payload of RTM_NEWLINK. */
export function newLinkPayload({ kind, peer, ...settings }: NewLink): Uint8Array {
  const data = peer === undefined ? [] : [nestedAttribute(IFLA_INFO.DATA, [bytesAttribute(VETH_INFO.PEER, setPayload(peer))])];
  const info = nestedAttribute(IFLA.LINKINFO, [textAttribute(IFLA_INFO.KIND, kind), ...data]);
  return concatAligned([setPayload(settings), encodeAttributes([info])]);
}

function setPayload(settings: LinkSettings): Uint8Array {
  return concatAligned([header(0, settings), encodeAttributes(settingsAttributes(settings))]);
}

function header(index: number, { up }: LinkSettings): Uint8Array {
  return ifinfomsg(index, up === true ? IFF.UP : 0, up === undefined ? 0 : IFF.UP);
}

function settingsAttributes({ name, mtu, address, master, alias, txQueueLength, netns }: LinkSettings): Attribute[] {
  const list: Attribute[] = [];
  if (name !== undefined) list.push(textAttribute(IFLA.IFNAME, checkInterfaceName(name)));
  if (mtu !== undefined) list.push(u32Attribute(IFLA.MTU, mtu));
  if (address !== undefined) list.push(bytesAttribute(IFLA.ADDRESS, parseHardwareAddress(address)));
  if (master !== undefined) list.push(u32Attribute(IFLA.MASTER, master));
  if (alias !== undefined) list.push(bytesAttribute(IFLA.IFALIAS, Buffer.from(alias, 'utf8')));
  if (txQueueLength !== undefined) list.push(u32Attribute(IFLA.TXQLEN, txQueueLength));
  if (netns !== undefined) list.push('pid' in netns ? u32Attribute(IFLA.NET_NS_PID, netns.pid) : u32Attribute(IFLA.NET_NS_FD, netns.fd));
  return list;
}

/** Reads the payload of RTM_NEWLINK and RTM_DELLINK. */
export function decodeLink(payload: Uint8Array): Link {
  if (payload.byteLength < IFINFOMSG_SIZE) throw malformed('link', `it has ${String(payload.byteLength)} bytes`);
  const view = viewOf(payload);
  const attributes = new Attributes(payload.subarray(IFINFOMSG_SIZE));
  const flags = view.getUint32(8, littleEndian);
  const address = attributes.bytes(IFLA.ADDRESS);
  const master = attributes.u32(IFLA.MASTER);
  return {
    index: view.getInt32(4, littleEndian),
    name: attributes.text(IFLA.IFNAME) ?? '',
    altNames: attributes.texts(IFLA.PROP_LIST, IFLA.ALT_IFNAME),
    kind: attributes.nested(IFLA.LINKINFO)?.text(IFLA_INFO.KIND),
    up: (flags & IFF.UP) !== 0,
    running: (flags & IFF.RUNNING) !== 0,
    loopback: (flags & IFF.LOOPBACK) !== 0,
    flags,
    operState: operStates[attributes.u8(IFLA.OPERSTATE) ?? 0] ?? 'unknown',
    mtu: attributes.u32(IFLA.MTU),
    address: address === undefined || address.length === 0 ? undefined : formatHardwareAddress(address),
    alias: attributes.text(IFLA.IFALIAS),
    master: master === 0 ? undefined : master,
    peer: attributes.u32(IFLA.LINK),
    peerNetnsid: attributes.s32(IFLA.LINK_NETNSID),
  };
}
