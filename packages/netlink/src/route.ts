import { type Attribute, Attributes, bytesAttribute, encodeAttributes, u32Attribute } from './attributes.js';
import { align, concatAligned, littleEndian, viewOf } from './bytes.js';
import { RT_SCOPE, RT_TABLE, RTA, RTMSG_SIZE, RTN, RTNEXTHOP_SIZE, RTNH_F_ONLINK, RTPROT } from './constants.js';
import { familiesDiffer, malformed } from './errors.js';
import { type Family, familyNumber, familyOf, formatIp, type Ip, parseIp, parsePrefix } from './ip.js';
import { type Scope, scopeNumber, scopeOf } from './scope.js';

const kinds = {
  unicast: RTN.UNICAST,
  local: RTN.LOCAL,
  broadcast: RTN.BROADCAST,
  anycast: RTN.ANYCAST,
  multicast: RTN.MULTICAST,
  blackhole: RTN.BLACKHOLE,
  unreachable: RTN.UNREACHABLE,
  prohibit: RTN.PROHIBIT,
  throw: RTN.THROW,
} as const;

export type RouteKind = keyof typeof kinds;

/** One of the ways that a route has. */
export interface NextHop {
  readonly gateway: string | undefined;
  /** Index of the device. */
  readonly link: number;
  /** How much of the traffic goes here, beside the others. */
  readonly weight: number;
}

/** A route. */
export interface Route {
  readonly family: Family;
  /** `10.0.0.0/24`, or `default`. */
  readonly destination: string;
  readonly gateway: string | undefined;
  /** Index of the device. */
  readonly link: number | undefined;
  /** Where there are several ways. */
  readonly nextHops: readonly NextHop[];
  readonly source: string | undefined;
  readonly metric: number | undefined;
  readonly table: number;
  /** RTPROT.*: who made it. */
  readonly protocol: number;
  readonly scope: Scope;
  readonly kind: RouteKind | number;
}

/** A route to be made, or to be found and deleted. */
export interface RouteSettings {
  /** `10.0.0.0/24`, or `default`. */
  readonly destination: string;
  readonly gateway?: string | undefined;
  /** Index of the device. */
  readonly link?: number | undefined;
  /** The address that packets go out with. */
  readonly source?: string | undefined;
  readonly metric?: number | undefined;
  /** The main one when left out. */
  readonly table?: number | undefined;
  readonly kind?: RouteKind | undefined;
  readonly scope?: Scope | undefined;
  /** The gateway is on the link, though no address there says so. */
  readonly onlink?: boolean | undefined;
  /** Of a default route without a gateway and a source, that tell it; IPv4 when left out. */
  readonly family?: Family | undefined;
}

/** struct rtmsg. */
function rtmsg(fields: {
  family: number;
  length: number;
  table: number;
  protocol: number;
  scope: number;
  kind: number;
  flags: number;
}): Uint8Array {
  const { family, length, table, protocol, scope, kind, flags } = fields;
  const bytes = Uint8Array.of(family, length, 0, 0, table, protocol, scope, kind, 0, 0, 0, 0);
  viewOf(bytes).setUint32(8, flags, littleEndian);
  return bytes;
}

/** The payload of RTM_NEWROUTE; with `deleting`, of RTM_DELROUTE, which takes what is left out as "any". */
export function routePayload(route: RouteSettings, { deleting = false }: { readonly deleting?: boolean } = {}): Uint8Array {
  const { destination, gateway, link, source, metric, table = RT_TABLE.MAIN, kind = 'unicast', scope, onlink = false } = route;
  const [via, from] = [gateway, source].map((text) => (text === undefined ? undefined : parseIp(text)));
  const to: Ip & { length: number } =
    destination === 'default'
      ? { family: via?.family ?? from?.family ?? route.family ?? 'inet', bytes: new Uint8Array(), length: 0 }
      : parsePrefix(destination);
  for (const [ip, text] of [
    [via, gateway],
    [from, source],
  ] as const) {
    if (ip !== undefined && ip.family !== to.family) throw familiesDiffer(destination, text ?? '');
  }
  const attributes: Attribute[] = [];
  if (to.length > 0) attributes.push(bytesAttribute(RTA.DST, to.bytes));
  if (via !== undefined) attributes.push(bytesAttribute(RTA.GATEWAY, via.bytes));
  if (from !== undefined) attributes.push(bytesAttribute(RTA.PREFSRC, from.bytes));
  if (link !== undefined) attributes.push(u32Attribute(RTA.OIF, link));
  if (metric !== undefined) attributes.push(u32Attribute(RTA.PRIORITY, metric));
  // The byte of the header holds no more than 255; the attribute counts.
  attributes.push(u32Attribute(RTA.TABLE, table));
  const header = rtmsg({
    family: familyNumber[to.family],
    length: to.length,
    table: table < 256 ? table : 0,
    protocol: deleting ? 0 : RTPROT.STATIC,
    scope: scope === undefined ? scopeFor(kind, gateway, deleting) : scopeNumber(scope),
    kind: deleting && route.kind === undefined ? 0 : kinds[kind],
    flags: onlink ? RTNH_F_ONLINK : 0,
  });
  return concatAligned([header, encodeAttributes(attributes)]);
}

/** As ip(8) guesses: what is behind no gateway is on the link. */
function scopeFor(kind: RouteKind, gateway: string | undefined, deleting: boolean): number {
  if (deleting) return RT_SCOPE.NOWHERE;
  if (kind === 'local') return RT_SCOPE.HOST;
  const direct = kind === 'broadcast' || kind === 'multicast' || kind === 'anycast' || (kind === 'unicast' && gateway === undefined);
  return direct ? RT_SCOPE.LINK : RT_SCOPE.UNIVERSE;
}

/** Reads the payload of RTM_NEWROUTE and RTM_DELROUTE. Undefined for families that aren't IP. */
export function decodeRoute(payload: Uint8Array): Route | undefined {
  if (payload.byteLength < RTMSG_SIZE) throw malformed('route', `it has ${String(payload.byteLength)} bytes`);
  const [familyByte = 0, length = 0, , , table = 0, protocol = 0, scope = 0, kind = 0] = payload;
  const family = familyOf(familyByte);
  if (family === undefined) return undefined;
  const attributes = new Attributes(payload.subarray(RTMSG_SIZE));
  return {
    family,
    destination: length === 0 ? 'default' : `${ipIn(attributes, RTA.DST) ?? (family === 'inet' ? '0.0.0.0' : '::')}/${String(length)}`,
    gateway: gatewayIn(attributes),
    link: attributes.u32(RTA.OIF),
    nextHops: nextHopsIn(attributes.bytes(RTA.MULTIPATH) ?? new Uint8Array()),
    source: ipIn(attributes, RTA.PREFSRC),
    metric: attributes.u32(RTA.PRIORITY),
    table: attributes.u32(RTA.TABLE) ?? table,
    protocol,
    scope: scopeOf(scope),
    kind: kindOf(kind),
  };
}

function kindOf(number: number): RouteKind | number {
  return (Object.entries(kinds) as [RouteKind, number][]).find(([, known]) => known === number)?.[0] ?? number;
}

function ipIn(attributes: Attributes, type: number): string | undefined {
  const bytes = attributes.bytes(type);
  return bytes === undefined ? undefined : ipOf(bytes);
}

function ipOf(bytes: Uint8Array): string {
  const text = formatIp(bytes);
  if (text === undefined) throw malformed('route', `an address in it is of ${String(bytes.length)} bytes`);
  return text;
}

/** A gateway of the route's own family, or in RTA_VIA one of the other: two bytes say which. */
function gatewayIn(attributes: Attributes): string | undefined {
  const via = attributes.bytes(RTA.VIA);
  return ipIn(attributes, RTA.GATEWAY) ?? (via === undefined ? undefined : ipOf(via.subarray(2)));
}

/** struct rtnexthop, each with attributes of its own. */
function nextHopsIn(bytes: Uint8Array): NextHop[] {
  const list: NextHop[] = [];
  for (let offset = 0; offset < bytes.byteLength;) {
    const rest = bytes.subarray(offset);
    const length = rest.byteLength < RTNEXTHOP_SIZE ? 0 : viewOf(rest).getUint16(0, littleEndian);
    if (length < RTNEXTHOP_SIZE || length > rest.byteLength) throw malformed('route', 'a next hop is cut short');
    list.push({
      gateway: gatewayIn(new Attributes(rest.subarray(RTNEXTHOP_SIZE, length))),
      link: viewOf(rest).getInt32(4, littleEndian),
      weight: (rest[3] ?? 0) + 1,
    });
    offset += align(length);
  }
  return list;
}
