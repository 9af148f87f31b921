import { recordingPort, withoutFdLeaks, type Answer, type RecordingPort } from '@standpipe/syscalls/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { NLM_F, NLMSG, NLMSGERR_ATTR, RTM } from '../src/constants.js';
import { encodeAttributes, textAttribute } from '../src/attributes.js';
import { encodeMessage } from '../src/message.js';
import { NetlinkSocket } from '../src/netlink-socket.js';

const EAGAIN = -11;

interface Datagram {
  readonly bytes: Uint8Array;
  /** Port id of the sender; the kernel's is 0. */
  readonly from?: number;
}

/** A port whose socket has these datagrams to receive. */
function portWith(datagrams: readonly Datagram[], more: Record<string, Answer> = {}): RecordingPort {
  const queue = [...datagrams];
  return recordingPort({
    ...more,
    sendto: (_fd, message) => (message as Uint8Array).length,
    recvfrom: (_fd, buffer, size, flags, address) => {
      const [datagram] = queue;
      if (datagram === undefined) return EAGAIN;
      const whole = datagram.bytes.length;
      (buffer as Uint8Array).set(datagram.bytes.subarray(0, Number(size)));
      if (address instanceof Uint8Array) address.set(new Uint8Array(Uint32Array.of(16, datagram.from ?? 0, 0).buffer));
      if ((Number(flags) & 0x2) === 0) queue.shift();
      return (Number(flags) & 0x20) === 0 ? Math.min(whole, Number(size)) : whole;
    },
  });
}

const question = { type: RTM.GETLINK, payload: new Uint8Array(16), say: 'list the network devices' };

function link(name: string, settings: { readonly sequence?: number; readonly flags?: number } = {}): Uint8Array {
  const { sequence = 1, flags = NLM_F.MULTI } = settings;
  const payload = Buffer.concat([new Uint8Array(16), encodeAttributes([textAttribute(3, name)])]);
  return encodeMessage({ type: RTM.NEWLINK, flags, sequence, payload });
}
function verdict(type: number, errno: number, { sequence = 1, flags = 0 } = {}): Uint8Array {
  const payload = Buffer.alloc(type === NLMSG.DONE ? 4 : 20);
  payload.writeInt32LE(-errno);
  return encodeMessage({ type, flags, sequence, payload });
}
const datagram = (...messages: Uint8Array[]): Datagram => ({ bytes: Buffer.concat(messages) });
const ack = datagram(verdict(NLMSG.ERROR, 0));
const done = datagram(verdict(NLMSG.DONE, 0));

const names = (messages: readonly { payload: Uint8Array }[]): string[] =>
  messages.map(({ payload }) => Buffer.from(payload.subarray(20, -1)).toString().replaceAll('\0', ''));

describe('a netlink socket', () => {
  it('is connected to the kernel, and asks for its words and for strict checks', () => {
    const port = portWith([]);
    using socket = new NetlinkSocket(port);
    expect(socket.fd).to.equal(3);
    expect(port.transcript).to.deep.equal([
      'socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, 0) = 3',
      'connect(3, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=0x0}, 12) = 0',
      ...[10, 11, 12].map((option) => `setsockopt(3, 270, ${option}, <4 bytes>, 4) = 0`),
    ]);
  });

  it('does without options that the kernel lacks, and closes what it opened when it can not', () => {
    const ENOPROTOOPT = -92;
    using socket = new NetlinkSocket(portWith([], { setsockopt: ENOPROTOOPT }));
    expect(socket.fd).to.equal(3);
    const port = portWith([], { setsockopt: -1 });
    expect(() => new NetlinkSocket(port)).to.throw('EPERM');
    expect(port.calls.at(-1)).to.deep.include({ name: 'close', args: [3] });
  });

  it('numbers its requests, and asks for an answer to each', () => {
    const port = portWith([ack, datagram(verdict(NLMSG.ERROR, 0, { sequence: 2 }))]);
    using socket = new NetlinkSocket(port);
    socket.request({ ...question, type: RTM.SETLINK });
    socket.request({ ...question, type: RTM.NEWLINK, flags: NLM_F.CREATE | NLM_F.EXCL });
    const sent = port.calls
      .filter(({ name }) => name === 'sendto')
      .map(({ args }) => Buffer.from(args[1] as Uint8Array).toString('hex', 0, 16));
    expect(sent).to.deep.equal(['20000000130005000100000000000000', '20000000100005060200000000000000']);
  });

  it('throws what the kernel says, in its words', () => {
    const payload = Buffer.concat([
      verdict(NLMSG.ERROR, 95).subarray(16),
      encodeAttributes([textAttribute(NLMSGERR_ATTR.MSG, 'Not today')]),
    ]);
    const bytes = encodeMessage({ type: NLMSG.ERROR, flags: NLM_F.CAPPED | NLM_F.ACK_TLVS, sequence: 1, payload });
    using socket = new NetlinkSocket(portWith([{ bytes }]));
    expect(() => {
      socket.request(question);
    })
      .to.throw('list the network devices: RTM_GETLINK = EOPNOTSUPP (operation not supported): Not today')
      .with.property('code', 'EOPNOTSUPP');
  });

  it('puts a list together from many messages in many datagrams', () => {
    using socket = new NetlinkSocket(portWith([datagram(link('a'), link('b')), datagram(link('c')), done]));
    expect(names(socket.dump(question))).to.deep.equal(['a', 'b', 'c']);
    using other = new NetlinkSocket(portWith([datagram(link('a'), verdict(NLMSG.DONE, 0))]));
    expect(names(other.dump(question))).to.deep.equal(['a']);
  });

  it('throws the error that a list ends with', () => {
    using socket = new NetlinkSocket(portWith([datagram(link('a')), datagram(verdict(NLMSG.DONE, 22))]));
    expect(() => socket.dump(question)).to.throw('RTM_GETLINK = EINVAL');
    using other = new NetlinkSocket(portWith([datagram(verdict(NLMSG.ERROR, 1))]));
    expect(() => other.dump(question)).to.throw('RTM_GETLINK = EPERM');
  });

  it('asks again for a list that changed meanwhile, and drops the first one', () => {
    const interrupted = { flags: NLM_F.MULTI | NLM_F.DUMP_INTR };
    const port = portWith([
      datagram(link('old'), link('old', interrupted)),
      datagram(link('old'), verdict(NLMSG.DONE, 0)),
      datagram(link('new', { sequence: 2 }), verdict(NLMSG.DONE, 0, { sequence: 2 })),
    ]);
    using socket = new NetlinkSocket(port);
    expect(names(socket.dump(question))).to.deep.equal(['new']);
  });

  it('gives up when it changes all the time', () => {
    const datagrams = Array.from({ length: 20 }, (_, at) => datagram(verdict(NLMSG.DONE, 0, { sequence: at + 1, flags: NLM_F.DUMP_INTR })));
    using socket = new NetlinkSocket(portWith(datagrams));
    expect(() => socket.dump(question))
      .to.throw('met changes 16 times')
      .with.property('code', 'NETLINK_DUMP_INTERRUPTED');
  });

  it('takes nothing from others than the kernel', () => {
    const forged = { ...datagram(link('evil')), from: 4711 };
    using socket = new NetlinkSocket(portWith([forged, datagram(link('a')), { ...done, from: 1 }, forged, done]));
    expect(names(socket.dump(question))).to.deep.equal(['a']);
    using other = new NetlinkSocket(portWith([{ ...ack, from: 4711 }]));
    expect(() => {
      other.request(question);
    }).to.throw('was not answered');
  });

  it('passes over what answers an earlier request', () => {
    const late = [datagram(link('late', { sequence: 0 })), datagram(verdict(NLMSG.DONE, 0, { sequence: 99 }))];
    using socket = new NetlinkSocket(portWith([...late, datagram(link('a', { flags: 0 }))]));
    expect(names([socket.get(question)])).to.deep.equal(['a']);
  });

  it('never waits for an answer that does not come', () => {
    for (const datagrams of [[], [datagram(link('a'))]]) {
      using socket = new NetlinkSocket(portWith(datagrams));
      expect(() => socket.dump(question))
        .to.throw('list the network devices: RTM_GETLINK was not answered')
        .with.property('code', 'NETLINK_NO_ANSWER');
    }
  });

  it('makes room for an answer that is larger than usual', () => {
    const payload = Buffer.concat([new Uint8Array(16), encodeAttributes([textAttribute(20, 'x'.repeat(60_000)), textAttribute(3, 'big')])]);
    const bytes = encodeMessage({ type: RTM.NEWLINK, flags: 0, sequence: 1, payload });
    using socket = new NetlinkSocket(portWith([{ bytes }]));
    expect(socket.get(question).payload.length).to.equal(payload.length);
  });

  it('finds a datagram that is cut short malformed', () => {
    const { bytes } = datagram(link('a'), link('b'));
    for (const length of [1, 15, 17, bytes.length - 1]) {
      using socket = new NetlinkSocket(portWith([{ bytes: bytes.subarray(0, length) }]));
      expect(() => socket.dump(question), String(length))
        .to.throw('malformed')
        .with.property('code', 'NETLINK_MALFORMED');
    }
  });

  it('leaves no fd behind', () =>
    withoutFdLeaks(() => {
      using socket = new NetlinkSocket();
      expect(socket.fd).to.be.greaterThan(2);
      socket.close();
    }));
});
