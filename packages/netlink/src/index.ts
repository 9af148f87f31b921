/**
 * Linux's network devices, addresses and routes, by rtnetlink.
 *
 * `RouteSocket` looks at and changes those of one network namespace, `watchNetwork` tells what becomes of them:
 *
 * ```ts
 * using route = new RouteSocket();
 * route.addLink({ kind: 'veth', name: 'left', peer: { name: 'right', netns: { pid } } });
 * route.addAddress('left', '10.0.0.1/24');
 * route.setLink('left', { up: true });
 * for await (const event of watchNetwork(['links'], { signal })) console.log(event);
 * ```
 *
 * For a container's program there are ops: `planLoopbackUp` and `planMoveDevices`, which is `linux.netDevices`.
 *
 * @packageDocumentation
 */
export type { Address, AddressSettings } from './address.js';
export { IFA_F, IFF, RT_TABLE, RTPROT } from './constants.js';
export { inNetworkNamespace, makeNetworkNamespace } from './in-network-namespace.js';
export { checkInterfaceName, whyNoInterfaceName } from './interface-name.js';
export { type Family, formatIp, type Ip, parseIp, parsePrefix } from './ip.js';
export type { Link, LinkRef, LinkSettings, NetnsTarget, NewLink, OperState } from './link.js';
export { planLoopbackUp } from './loopback.js';
export { type MovePlan, type MoveTarget, planMoveDevices } from './move-devices.js';
export { type NetDevice, type NetDevices, parseNetDevices } from './net-devices.js';
export { NetlinkSocket, type Question } from './netlink-socket.js';
export type { NetlinkMessage } from './message.js';
export type { NextHop, Route, RouteKind, RouteSettings } from './route.js';
export { type AddressFilter, type ListSettings, type RouteFilter, RouteSocket, type RouteSocketSettings } from './route-socket.js';
export type { Scope } from './scope.js';
export { type NetworkEvent, type WatchSettings, type WatchSubject, watchNetwork } from './watch.js';
