import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AF, MSG, openPort, OwnedFd, recvfrom, sendto, SOCK, socket } from '@standpipe/syscalls';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { RTM } from '../src/constants.js';
import { inNetworkNamespace, makeNetworkNamespace, NetlinkSocket, type NetworkEvent, RouteSocket, watchNetwork } from '../src/index.js';
import { setLinkPayload } from '../src/link.js';
import { encodeMessage } from '../src/message.js';

describe('watchNetwork on Linux', () => {
  leaveNothing(); // looked at when what a test had open is closed again

  describe('in a namespace that nobody is in', () => {
    let netns: OwnedFd;
    let route: RouteSocket;

    before(function () {
      needsRoot(this);
    });
    beforeEach(() => {
      netns = makeNetworkNamespace();
      route = new RouteSocket({ netns: netns.fd });
    });
    afterEach(() => {
      route.close();
      netns.close();
    });

    /** As short texts, up to and with the one that ends it. */
    async function collect(events: AsyncIterable<NetworkEvent>, last: string): Promise<string[]> {
      const texts: string[] = [];
      for await (const event of events) {
        const what =
          event.type === 'link'
            ? `${event.link.name}${event.link.up ? ' up' : ''}`
            : event.type === 'address'
              ? event.address.address
              : event.type === 'route'
                ? event.route.destination
                : '';
        texts.push(`${event.type} ${event.type === 'overrun' ? '' : event.change} ${what}`.trim());
        if (texts.at(-1) === last) break;
      }
      return texts;
    }

    it('tells what happened since it was called, though nobody asked yet', async () => {
      const events = watchNetwork(['links', 'addresses', 'routes'], { netns: netns.fd });
      route.addLink({ kind: 'bridge', name: 'sp-br', up: true });
      route.addAddress('sp-br', '10.1.0.1/24');
      route.addRoute({ destination: '10.7.0.0/16', kind: 'blackhole' });
      route.deleteRoute({ destination: '10.7.0.0/16' });
      route.deleteLink('sp-br');
      const texts = await collect(events, 'link deleted sp-br');
      const order = [
        'link new sp-br up',
        'address new 10.1.0.1',
        'route new 10.7.0.0/16',
        'route deleted 10.7.0.0/16',
        'link deleted sp-br',
      ];
      const places = order.map((text) => texts.indexOf(text));
      expect(places).to.deep.equal(places.toSorted((a, b) => a - b));
      expect(places).not.to.include(-1);
    });

    it('tells of nothing else than what it was asked for', async () => {
      const events = watchNetwork(['addresses'], { netns: netns.fd });
      route.addLink({ kind: 'bridge', name: 'sp-br', up: true });
      route.addAddress('sp-br', '10.1.0.1/24');
      expect(await collect(events, 'address new 10.1.0.1')).to.deep.equal(['address new 10.1.0.1']);
    });

    it('tells that some were lost when they are not read in time, and goes on', async () => {
      const events = watchNetwork(['addresses'], { netns: netns.fd });
      const address = '10.1.0.1/32';
      for (let times = 0; times < 2000; times++) {
        route.addAddress('lo', address);
        route.deleteAddress('lo', address);
      }
      const texts = await collect(events, 'overrun');
      expect(texts.length).to.be.greaterThan(100).and.lessThan(4000);
      await events.return?.();
    });

    it('does not believe others', async () => {
      const port = openPort();
      const events = watchNetwork(['links'], { netns: netns.fd });
      const forge = (): OwnedFd => new OwnedFd(port, socket(port, AF.NETLINK, SOCK.RAW | SOCK.CLOEXEC, 0));
      using attacker = inNetworkNamespace(port, netns.fd, forge);
      const payload = setLinkPayload(1, { name: 'evil', up: true });
      const message = encodeMessage({ type: RTM.NEWLINK, flags: 0, payload });
      // To the group of those who hear of links.
      sendto(port, attacker.fd, message, 0, new Uint8Array(Uint32Array.of(AF.NETLINK, 0, 1).buffer));
      using listener = inNetworkNamespace(port, netns.fd, () => new NetlinkSocket());
      listener.join(1);
      sendto(port, attacker.fd, message, 0, new Uint8Array(Uint32Array.of(AF.NETLINK, 0, 1).buffer));
      const heard = new Uint8Array(200);
      expect(recvfrom(port, listener.fd, heard, MSG.DONTWAIT), 'it does reach who listens').to.equal(message.length);
      route.setLink('lo', { up: true });
      expect(await collect(events, 'link new lo up')).to.deep.equal(['link new lo up']);
    });

    it('ends with its signal, without an error', async () => {
      const controller = new AbortController();
      const events = watchNetwork(['links'], { netns: netns.fd, signal: controller.signal });
      const all = collect(events, 'never');
      route.setLink('lo', { up: true });
      await sleep(50);
      controller.abort();
      expect(await all).to.deep.equal(['link new lo up']);
      expect(() => watchNetwork(['links'], { signal: controller.signal })).to.throw('aborted');
    });

    it('says so when the one that listens dies', async () => {
      const events = watchNetwork(['links'], { netns: netns.fd });
      const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number);
      const relay = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('standpipe-init'));
      process.kill(relay ?? 0, 'SIGKILL');
      await sleep(100);
      const error: unknown = await events.next().catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'NETLINK_WATCH_FAILED');
    });

    it('ends when it is not wanted any more, asked for something or not', async () => {
      const events = watchNetwork(['links'], { netns: netns.fd });
      await events.return?.();
      expect(await events.next()).to.deep.equal({ done: true, value: undefined });
      const asked = watchNetwork(['links'], { netns: netns.fd });
      const next = asked.next();
      await asked.return?.();
      expect(await next).to.deep.equal({ done: true, value: undefined });
    });
  });
});
