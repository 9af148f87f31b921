import { SyscallError } from '@standpipe/errors';
import { openPort, type SyscallPort } from '@standpipe/syscalls';
import { type Address, addressPayload, type AddressSettings, decodeAddress, ifaddrmsg } from './address.js';
import { Attributes, encodeAttributes, u32Attribute } from './attributes.js';
import { concatAligned } from './bytes.js';
import { IFA, IFLA, NETNSA, NLM_F, RTEXT_FILTER_SKIP_STATS, RTGENMSG_SIZE, RTM, RTMSG_SIZE } from './constants.js';
import { kindNotSupported } from './errors.js';
import { inNetworkNamespace } from './in-network-namespace.js';
import { type Family, familyNumber } from './ip.js';
import {
  decodeLink,
  describeLink,
  ifinfomsg,
  type Link,
  linkPayload,
  type LinkRef,
  type LinkSettings,
  type NetnsTarget,
  type NewLink,
  newLinkPayload,
  setLinkPayload,
} from './link.js';
import { NetlinkSocket } from './netlink-socket.js';
import { decodeRoute, type Route, routePayload, type RouteSettings } from './route.js';

export interface RouteSocketSettings {
  readonly port?: SyscallPort | undefined;
  /** fd of the network namespace to work in; this thread's own when left out. It may be closed when the socket is open. */
  readonly netns?: number | undefined;
}

/** Which of the links or addresses are listed. */
export interface ListSettings {
  /** Those of another namespace, by the id that it has here. See {@link RouteSocket.netnsid}. @kernel 4.20 */
  readonly netnsid?: number | undefined;
}

export interface AddressFilter extends ListSettings {
  readonly link?: LinkRef | undefined;
  readonly family?: Family | undefined;
}

export interface RouteFilter {
  readonly family?: Family | undefined;
  readonly table?: number | undefined;
}

const skipStats = u32Attribute(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS);

/**
 * Network devices, addresses and routes of one network namespace. All calls come back when the kernel is done; what it refuses
 * is a SyscallError with its own words.
 *
 * @man rtnetlink(7)
 * @cap CAP_NET_ADMIN to change anything
 */
export class RouteSocket implements Disposable {
  readonly #socket: NetlinkSocket;

  constructor({ port = openPort(), netns }: RouteSocketSettings = {}) {
    this.#socket = netns === undefined ? new NetlinkSocket(port) : inNetworkNamespace(port, netns, () => new NetlinkSocket(port));
  }

  close(): void {
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  links({ netnsid }: ListSettings = {}): Link[] {
    const attributes = netnsid === undefined ? [skipStats] : [u32Attribute(IFLA.TARGET_NETNSID, netnsid), skipStats];
    const payload = concatAligned([ifinfomsg(0), encodeAttributes(attributes)]);
    return this.#socket.dump({ type: RTM.GETLINK, payload, say: 'list the network devices' }).map((message) => decodeLink(message.payload));
  }

  /** @throws SyscallError ENODEV when there is none */
  link(ref: LinkRef): Link {
    const say = `look at the network device ${describeLink(ref)}`;
    return decodeLink(this.#socket.get({ type: RTM.GETLINK, payload: linkPayload(ref, [skipStats]), say }).payload);
  }

  addLink(link: NewLink): void {
    const say = `make the network device ${describeLink(link.name)}`;
    try {
      this.#socket.request({ type: RTM.NEWLINK, flags: NLM_F.CREATE | NLM_F.EXCL, payload: newLinkPayload(link), say });
    } catch (error) {
      if (SyscallError.is(error) && error.code === 'EOPNOTSUPP') throw kindNotSupported(link.kind, error);
      throw error;
    }
  }

  /** Changes a device; one that is renamed or moved too. */
  setLink(ref: LinkRef, settings: LinkSettings): void {
    const target = settings.name === undefined ? ref : this.#indexOf(ref);
    this.#socket.request({
      type: RTM.SETLINK,
      payload: setLinkPayload(target, settings),
      say: `change the network device ${describeLink(ref)}`,
    });
  }

  deleteLink(ref: LinkRef): void {
    this.#socket.request({ type: RTM.DELLINK, payload: linkPayload(ref), say: `delete the network device ${describeLink(ref)}` });
  }

  addresses({ link, family, netnsid }: AddressFilter = {}): Address[] {
    const index = link === undefined ? 0 : this.#indexOf(link);
    const attributes = netnsid === undefined ? [] : [u32Attribute(IFA.TARGET_NETNSID, netnsid)];
    const header = ifaddrmsg(family === undefined ? 0 : familyNumber[family], 0, 0, index);
    const payload = concatAligned([header, encodeAttributes(attributes)]);
    const all = this.#socket.dump({ type: RTM.GETADDR, payload, say: 'list the addresses' });
    // A kernel that is not strict gives all there are.
    return all
      .map((message) => decodeAddress(message.payload))
      .filter((address) => address !== undefined)
      .filter((address) => (index === 0 || address.link === index) && (family === undefined || address.family === family));
  }

  /** Gives a device an address: `10.0.0.1/24`. */
  addAddress(link: LinkRef, address: string, settings: AddressSettings = {}): void {
    const payload = addressPayload(this.#indexOf(link), address, settings);
    const say = `give the network device ${describeLink(link)} the address ${address}`;
    this.#socket.request({ type: RTM.NEWADDR, flags: NLM_F.CREATE | NLM_F.EXCL, payload, say });
  }

  deleteAddress(link: LinkRef, address: string, settings: Pick<AddressSettings, 'peer'> = {}): void {
    const payload = addressPayload(this.#indexOf(link), address, settings);
    this.#socket.request({ type: RTM.DELADDR, payload, say: `take the address ${address} from the network device ${describeLink(link)}` });
  }

  /** All tables' routes, the kernel's own ones too, but for what `filter` leaves. */
  routes({ family, table }: RouteFilter = {}): Route[] {
    const payload = new Uint8Array(RTMSG_SIZE);
    payload[0] = family === undefined ? 0 : familyNumber[family];
    const all = this.#socket.dump({ type: RTM.GETROUTE, payload, say: 'list the routes' });
    return all
      .map((message) => decodeRoute(message.payload))
      .filter((route) => route !== undefined)
      .filter((route) => (family === undefined || route.family === family) && (table === undefined || route.table === table));
  }

  addRoute(route: RouteSettings): void {
    const say = `make the route to ${route.destination}`;
    this.#socket.request({ type: RTM.NEWROUTE, flags: NLM_F.CREATE | NLM_F.EXCL, payload: routePayload(route), say });
  }

  /** What `route` doesn't tell may be anything. */
  deleteRoute(route: RouteSettings): void {
    const payload = routePayload(route, { deleting: true });
    this.#socket.request({ type: RTM.DELROUTE, payload, say: `delete the route to ${route.destination}` });
  }

  /**
   * The id that another network namespace has in this one; undefined as long as it has none. With `assign` it gets one, and
   * keeps it for as long as both are there.
   *
   * @kernel 3.20
   */
  netnsid(target: NetnsTarget, { assign = false }: { readonly assign?: boolean } = {}): number | undefined {
    const namespace = 'pid' in target ? u32Attribute(NETNSA.PID, target.pid) : u32Attribute(NETNSA.FD, target.fd);
    const say = `find the id of the network namespace of ${'pid' in target ? `process ${String(target.pid)}` : `fd ${String(target.fd)}`}`;
    const payload = concatAligned([new Uint8Array(RTGENMSG_SIZE), encodeAttributes([namespace])]);
    const answer = this.#socket.get({ type: RTM.GETNSID, payload, say });
    const id = new Attributes(answer.payload.subarray(RTGENMSG_SIZE)).s32(NETNSA.NSID);
    if (id !== undefined && id >= 0) return id;
    if (!assign) return undefined;
    const any = concatAligned([payload, encodeAttributes([u32Attribute(NETNSA.NSID, -1)])]);
    this.#socket.request({ type: RTM.NEWNSID, payload: any, say: say.replace('find', 'set') });
    return this.netnsid(target);
  }

  #indexOf(ref: LinkRef): number {
    return typeof ref === 'number' ? ref : this.link(ref).index;
  }
}
