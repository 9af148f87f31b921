import { closeFd, type Op, reg } from '@standpipe/program';
import { textAttribute } from './attributes.js';
import { IFLA } from './constants.js';
import { ask, openRouteSocket, setLink } from './ops.js';

/**
 * Brings up the loopback device of the network namespace that the process is in: a new one has nothing else, and
 * 127.0.0.1 and ::1 are there once it is up.
 *
 * @man rtnetlink(7)
 * @cap CAP_NET_ADMIN, in the user namespace that owns the network namespace
 */
export function planLoopbackUp({ pointer }: { readonly pointer?: string | undefined } = {}): Op[] {
  const socket = reg('netlink socket');
  const notes = { say: 'bring up the loopback device', pointer };
  const up = setLink(socket, [textAttribute(IFLA.IFNAME, 'lo')], { up: true });
  return [...openRouteSocket(socket, notes), ...ask(up, notes), closeFd(socket)];
}
