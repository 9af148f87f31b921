import { AF, connect, MSG, openPort, OwnedFd, recvfrom, sendto, setsockopt, SOCK, socket, type SyscallPort } from '@standpipe/syscalls';
import { SyscallError } from '@standpipe/errors';
import { decodeAck } from './ack.js';
import { littleEndian, viewOf } from './bytes.js';
import { NETLINK, NETLINK_ROUTE, NLM_F, NLMSG, SOCKADDR_NL_SIZE, SOL_NETLINK } from './constants.js';
import { type Attempt, dumpInterrupted, noAnswer, refused } from './errors.js';
import { decodeMessages, encodeMessage, type NetlinkMessage } from './message.js';
import { messageName } from './names.js';

/** What the kernel is asked: a message's type and payload, and what for, as an error would begin. */
export interface Question {
  readonly type: number;
  readonly payload: Uint8Array;
  readonly say: string;
  /** NLM_F.* besides those that the way of asking has: CREATE, EXCL … */
  readonly flags?: number | undefined;
}

/** One that makes room for a dump's parts as large as the kernel makes them. */
const BUFFER_SIZE = 32 * 1024;
const DUMP_ATTEMPTS = 16;

/**
 * A netlink socket to rtnetlink. It stays in the network namespace that its thread was in when it was made.
 *
 * It is connected to the kernel: what other processes send to it, whoever they are, is refused (ECONNREFUSED to them), and
 * what comes from elsewhere all the same is passed over. Answers are there when a request has been sent, so no call ever waits.
 *
 * @man netlink(7)
 */
export class NetlinkSocket implements Disposable {
  readonly #port: SyscallPort;
  readonly #socket: OwnedFd;
  #sequence = 0;
  #buffer: Uint8Array = new Uint8Array(BUFFER_SIZE);

  constructor(port: SyscallPort = openPort()) {
    this.#port = port;
    this.#socket = new OwnedFd(port, socket(port, AF.NETLINK, SOCK.RAW | SOCK.CLOEXEC, NETLINK_ROUTE));
    try {
      connect(port, this.fd, sockaddr());
      for (const option of [NETLINK.CAP_ACK, NETLINK.EXT_ACK, NETLINK.GET_STRICT_CHK]) this.#tryOption(option);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get fd(): number {
    return this.#socket.fd;
  }

  close(): void {
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Asks for something to be done. */
  request(question: Question): void {
    const asked = this.#send(question, NLM_F.ACK);
    for (;;) {
      const [answer] = this.#answers(asked);
      if (answer?.type === NLMSG.ERROR) {
        check(asked, answer);
        return;
      }
    }
  }

  /** Asks for one thing. */
  get(question: Question): NetlinkMessage {
    const asked = this.#send(question, 0);
    for (;;) {
      const [answer] = this.#answers(asked);
      if (answer?.type === NLMSG.ERROR) check(asked, answer);
      if (answer !== undefined) return answer;
    }
  }

  /** Asks for all there is. A list that changed while the kernel wrote it is asked for again. */
  dump(question: Question): NetlinkMessage[] {
    for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      const list = this.#dumpOnce(question);
      if (list !== undefined) return list;
    }
    throw dumpInterrupted(attemptOf(question), DUMP_ATTEMPTS);
  }

  /** Hears a group's news. */
  join(group: number): void {
    setsockopt(this.#port, this.fd, SOL_NETLINK, NETLINK.ADD_MEMBERSHIP, group);
  }

  /** Undefined when it was interrupted: it goes to its end nevertheless. */
  #dumpOnce(question: Question): NetlinkMessage[] | undefined {
    const asked = this.#send(question, NLM_F.DUMP);
    const list: NetlinkMessage[] = [];
    let whole = true;
    for (;;) {
      for (const answer of this.#answers(asked)) {
        if ((answer.flags & NLM_F.DUMP_INTR) !== 0) whole = false;
        if (answer.type === NLMSG.DONE || answer.type === NLMSG.ERROR) {
          check(asked, answer);
          return whole ? list : undefined;
        }
        list.push(answer);
      }
    }
  }

  #send(question: Question, flags: number): Asked {
    this.#sequence = (this.#sequence + 1) >>> 0;
    const { type, payload, flags: own = 0 } = question;
    const bytes = encodeMessage({ type, flags: NLM_F.REQUEST | flags | own, sequence: this.#sequence, payload });
    sendto(this.#port, this.fd, bytes, 0);
    return { ...attemptOf(question), bytes, sequence: this.#sequence };
  }

  /** The next datagram's messages, but for those that answer something else. */
  #answers(asked: Asked): NetlinkMessage[] {
    return decodeMessages(this.#receive(asked)).filter(({ sequence, type }) => sequence === asked.sequence && type !== NLMSG.NOOP);
  }

  /** The next datagram of the kernel's. What it asks for is there at once, or never comes. */
  #receive(asked: Asked): Uint8Array {
    const from = new Uint8Array(SOCKADDR_NL_SIZE);
    try {
      for (;;) {
        // The buffer's size is what the kernel makes a dump's parts fit. An answer about one device may be larger still.
        const size = recvfrom(this.#port, this.fd, this.#buffer, MSG.DONTWAIT | MSG.PEEK | MSG.TRUNC);
        if (size > this.#buffer.byteLength) this.#buffer = new Uint8Array(size);
        const length = recvfrom(this.#port, this.fd, this.#buffer, MSG.DONTWAIT, from);
        if (viewOf(from).getUint32(4, littleEndian) === 0) return this.#buffer.slice(0, length);
      }
    } catch (error) {
      if (SyscallError.is(error) && error.code === 'EAGAIN') throw noAnswer(asked);
      throw error;
    }
  }

  /** Options are conveniences that an old kernel may lack. */
  #tryOption(option: number): void {
    try {
      setsockopt(this.#port, this.fd, SOL_NETLINK, option, 1);
    } catch (error) {
      if (!SyscallError.is(error) || error.code !== 'ENOPROTOOPT') throw error;
    }
  }
}

/** A request that was sent. */
interface Asked extends Attempt {
  readonly bytes: Uint8Array;
  readonly sequence: number;
}

function attemptOf({ say, type }: Question): Attempt {
  return { say, request: messageName(type) };
}

function check(asked: Asked, answer: NetlinkMessage): void {
  const refusal = decodeAck(answer, asked.bytes);
  if (refusal !== undefined) throw refused(asked, refusal);
}

/** The kernel's address. */
function sockaddr(): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_NL_SIZE);
  viewOf(bytes).setUint16(0, AF.NETLINK, littleEndian);
  return bytes;
}
