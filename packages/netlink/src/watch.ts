import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { link, withSealedProgram } from '@standpipe/program';
import { openPort } from '@standpipe/syscalls';
import { type Address, decodeAddress } from './address.js';
import { align } from './bytes.js';
import { NLMSG, RTM, RTNLGRP } from './constants.js';
import { watcherFailed } from './errors.js';
import { inNetworkNamespace } from './in-network-namespace.js';
import { decodeLink, type Link } from './link.js';
import { decodeMessages, messageLength, type NetlinkMessage } from './message.js';
import { NetlinkSocket } from './netlink-socket.js';
import { relayProgram } from './relay.js';
import { decodeRoute, type Route } from './route.js';
import type { RouteSocketSettings } from './route-socket.js';

const groups = {
  links: [RTNLGRP.LINK],
  addresses: [RTNLGRP.IPV4_IFADDR, RTNLGRP.IPV6_IFADDR],
  routes: [RTNLGRP.IPV4_ROUTE, RTNLGRP.IPV6_ROUTE],
} as const;

/** What can be watched. */
export type WatchSubject = keyof typeof groups;

/** Something was made or changed (`new`) or went away (`deleted`). */
export type NetworkEvent =
  | { readonly type: 'link'; readonly change: 'new' | 'deleted'; readonly link: Link }
  | { readonly type: 'address'; readonly change: 'new' | 'deleted'; readonly address: Address }
  | { readonly type: 'route'; readonly change: 'new' | 'deleted'; readonly route: Route }
  /** Events came faster than they were read, and some are lost: list what is there anew. */
  | { readonly type: 'overrun' };

export interface WatchSettings extends RouteSocketSettings {
  /** Ends the watch: the loop over it ends, without an error. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tells what becomes of a network namespace's devices, addresses and routes, from the call on: what happens before the first event is asked
 * for is not missed. Only what the kernel says counts; other processes' messages are passed over.
 *
 * Node can't wait for a netlink socket, so standpipe-init (a process of a few KiB) does, and writes what it hears to a pipe. It
 * ends with the watch: with the loop over it, with `signal`, and with this process.
 */
export function watchNetwork(subjects: readonly WatchSubject[], settings: WatchSettings = {}): AsyncIterableIterator<NetworkEvent> {
  const { signal, netns, port = openPort() } = settings;
  signal?.throwIfAborted();
  const open = (): NetlinkSocket => new NetlinkSocket(port);
  using socket = netns === undefined ? open() : inNetworkNamespace(port, netns, open);
  for (const subject of subjects) for (const group of groups[subject]) socket.join(group);
  const { fd } = socket;
  const child = withSealedProgram(link(relayProgram()), (path) =>
    spawn(path, [], { argv0: 'standpipe-init', env: {}, stdio: [fd, 'pipe', 'pipe'] }),
  );
  const stopped = new AbortController();
  const stop = (): void => {
    stopped.abort();
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', stop, { once: true });
  // A generator does nothing before it is asked, and by then the child may have ended.
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  void ended.catch(() => undefined).then(() => signal?.removeEventListener('abort', stop));
  const events = eventsOf(child, ended, stopped.signal);
  return {
    next: () => events.next(),
    return: async () => {
      stop();
      return events.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Ends without an error when it was stopped. */
async function* eventsOf(
  child: ChildProcess,
  ended: Promise<number | null>,
  stopped: AbortSignal,
): AsyncGenerator<NetworkEvent, undefined> {
  const said = text(child.stderr as Readable);
  try {
    for await (const message of messagesOf(child.stdout as Readable)) {
      const event = eventOf(message);
      if (event !== undefined) yield event;
    }
    const code = await ended;
    if (!stopped.aborted) throw watcherFailed(code, (await said).trim());
  } finally {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
  }
  return undefined;
}

/** A stream cut into messages: the relay writes datagrams one behind the other. */
async function* messagesOf(stream: Readable): AsyncGenerator<NetlinkMessage> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const length = messageLength(rest);
      if (length === undefined || align(length) > rest.byteLength) break;
      yield* decodeMessages(rest.subarray(0, length));
      rest = rest.subarray(align(length));
    }
  }
}

function eventOf({ type, payload }: NetlinkMessage): NetworkEvent | undefined {
  switch (type) {
    case NLMSG.OVERRUN:
      return { type: 'overrun' };
    case RTM.NEWLINK:
    case RTM.DELLINK:
      return { type: 'link', change: type === RTM.NEWLINK ? 'new' : 'deleted', link: decodeLink(payload) };
    case RTM.NEWADDR:
    case RTM.DELADDR: {
      const address = decodeAddress(payload);
      return address === undefined ? undefined : { type: 'address', change: type === RTM.NEWADDR ? 'new' : 'deleted', address };
    }
    case RTM.NEWROUTE:
    case RTM.DELROUTE: {
      const route = decodeRoute(payload);
      return route === undefined ? undefined : { type: 'route', change: type === RTM.NEWROUTE ? 'new' : 'deleted', route };
    }
    default:
      return undefined;
  }
}
