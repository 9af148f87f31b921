import {
  at,
  branch,
  buf,
  type Buf,
  compute,
  here,
  jump,
  type Label,
  label,
  load,
  type Op,
  type OpNotes,
  type Operand,
  raise,
  type Reg,
  reg,
  set,
  store,
  sys,
} from '@standpipe/program';
import { AF, errnoNumber, MSG, SOCK } from '@standpipe/syscalls';
import { type Attribute, encodeAttributes, textAttribute, u32Attribute } from './attributes.js';
import { concatAligned } from './bytes.js';
import {
  IFF,
  IFLA,
  NETLINK,
  NETLINK_ROUTE,
  NLM_F,
  NLMSG,
  NLMSGHDR_SIZE,
  RTEXT_FILTER_SKIP_STATS,
  RTM,
  SOCKADDR_NL_SIZE,
  SOL_NETLINK,
} from './constants.js';
import { ifinfomsg } from './link.js';
import { encodeMessage } from './message.js';

export type SaidNotes = OpNotes & { readonly say: string };

/** Room for a datagram, and of an answer what was read last: the kernel makes a dump's parts fit. */
const ANSWER_SIZE = 32 * 1024;
export const answer: Buf = buf('netlink answer', ANSWER_SIZE);
/** sockaddr_nl of the kernel. */
const kernel = Uint8Array.of(AF.NETLINK, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** Offsets in a message about a link: struct ifinfomsg lies behind the header. */
export const linkField = { index: NLMSGHDR_SIZE + 4, flags: NLMSGHDR_SIZE + 8, attributes: NLMSGHDR_SIZE + 16 } as const;

/**
 * Opens a socket to rtnetlink in the network namespace that the process is in, and connects it to the kernel: messages of other
 * processes, root's in a container among them, are then refused.
 *
 * @man netlink(7)
 */
export function openRouteSocket(to: Reg, notes: SaidNotes): Op[] {
  const on = buf('on', 4, Uint8Array.of(1, 0, 0, 0));
  return [
    sys('socket', [AF.NETLINK, SOCK.RAW | SOCK.CLOEXEC, NETLINK_ROUTE], { to, ...notes }),
    sys('connect', [to, kernel, SOCKADDR_NL_SIZE], notes),
    // An answer repeats no more than the request's header; dumps leave out what isn't asked for. An old kernel does without.
    sys('setsockopt', [to, SOL_NETLINK, NETLINK.CAP_ACK, on, on.size], { unless: { errno: ['ENOPROTOOPT'] }, ...notes }),
    sys('setsockopt', [to, SOL_NETLINK, NETLINK.GET_STRICT_CHK, on, on.size], { unless: { errno: ['ENOPROTOOPT'] }, ...notes }),
  ];
}

/** A request whose fields ops may fill in, and how its answer is told from others. */
export interface Request {
  readonly socket: Reg;
  readonly message: Buf;
  readonly sequence: number;
}

const sequences = new WeakMap<Reg, number>();

/** A request over a socket, of which each has a number of its own. */
export function request(socket: Reg, name: string, type: number, flags: number, payload: Uint8Array): Request {
  const sequence = (sequences.get(socket) ?? 0) + 1;
  sequences.set(socket, sequence);
  const bytes = encodeMessage({ type, flags: NLM_F.REQUEST | flags, sequence, payload });
  return { socket, message: buf(name, bytes.length, bytes), sequence };
}

/** Asks for a device: by name, or by an index that is stored later. */
export function getLink(socket: Reg, name?: string): Request {
  const attributes = [u32Attribute(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS)];
  if (name !== undefined) attributes.unshift(textAttribute(IFLA.IFNAME, name));
  return request(socket, 'RTM_GETLINK', RTM.GETLINK, 0, concatAligned([ifinfomsg(0), encodeAttributes(attributes)]));
}

/** Changes a device: that of a name among the attributes, or of an index that is stored later. */
export function setLink(socket: Reg, attributes: readonly Attribute[], { up = false }: { readonly up?: boolean } = {}): Request {
  const payload = concatAligned([up ? ifinfomsg(0, IFF.UP, IFF.UP) : ifinfomsg(0), encodeAttributes(attributes)]);
  return request(socket, 'RTM_SETLINK', RTM.SETLINK, NLM_F.ACK, payload);
}

/** Sends a request. `length` is that of the message where it isn't the buffer's. */
export function send({ socket, message }: Request, notes: SaidNotes, length: Operand = message.size): Op {
  return sys('sendto', [socket, message, length, 0, null, 0], notes);
}

/**
 * Receives the next datagram that answers a request: answers to what was given up before are passed over. There is nothing to wait
 * for, the kernel answers within sendto(2). Goes to `silent` where it doesn't, with the errno (below 0) in `length`.
 */
export function receive({ socket, sequence }: Request, silent: Label, length: Reg, { say, pointer }: SaidNotes): Op[] {
  const [next, whole] = [label('next answer'), label('answered')];
  const value = reg('answer');
  return [
    here(next),
    sys('recvfrom', [socket, answer, ANSWER_SIZE, MSG.DONTWAIT | MSG.TRUNC, null, null], {
      to: length,
      unless: { errno: 'any', goto: silent },
      say,
      pointer,
    }),
    branch(length, '<', NLMSGHDR_SIZE + 4, next),
    load(at(answer, 8), 4, value),
    branch(value, '!=', sequence, next),
    branch(length, '<', ANSWER_SIZE + 1, whole),
    set(length, -EMSGSIZE),
    jump(silent),
    here(whole),
  ];
}

/** What errnos mean where their text would mislead. */
export type Meanings = Readonly<Record<string, string>>;

/** Goes to `refused` when the answer is a refusal, whose errno (below 0) `errno` gets. */
export function branchIfRefused(errno: Reg, refused: Label): Op[] {
  const [type, fine] = [reg('answer type'), label('not refused')];
  return [
    load(at(answer, 4), 2, type),
    branch(type, '!=', NLMSG.ERROR, fine),
    load(at(answer, NLMSGHDR_SIZE), 4, errno),
    branch(errno, '!=', 0, refused),
    here(fine),
  ];
}

/** Raises the errno of a refusal, or of a silence. */
export function raiseRefusal(errno: Reg, { say, pointer }: SaidNotes, meanings: Meanings = {}): Op[] {
  const explained = Object.entries(meanings).flatMap(([name, meaning]): Op[] => {
    const [number, other] = [errnoNumber(name) ?? 0, label(`not ${name}`)];
    return [branch(errno, '!=', -number, other), raise(`${say} (${meaning})`, { errno: number, pointer }), here(other)];
  });
  return [...explained, compute(errno, 0, '-', errno), raise(say, { errno, pointer })];
}

/** Has the kernel do or tell something, and goes to `refused` with the errno (below 0) where it doesn't. */
export function tryAsk(asked: Request, errno: Reg, refused: Label, notes: SaidNotes, length?: Operand): Op[] {
  return [send(asked, notes, length), ...receive(asked, refused, errno, notes), ...branchIfRefused(errno, refused)];
}

/** Has the kernel do or tell something, and raises what it says against it. */
export function ask(asked: Request, notes: SaidNotes, settings: { readonly meanings?: Meanings; readonly length?: Operand } = {}): Op[] {
  const [errno, refused, done] = [reg('errno'), label('refused'), label('done')];
  return [
    ...tryAsk(asked, errno, refused, notes, settings.length),
    jump(done),
    here(refused),
    ...raiseRefusal(errno, notes, settings.meanings),
    here(done),
  ];
}

/** Asks for a device, and goes to `missing` when there is none. */
export function askForLink(asked: Request, missing: Label, notes: SaidNotes): Op[] {
  const [errno, refused, found] = [reg('errno'), label('refused'), label('found')];
  return [
    ...tryAsk(asked, errno, refused, notes),
    jump(found),
    here(refused),
    branch(errno, '==', -ENODEV, missing),
    ...raiseRefusal(errno, notes),
    here(found),
  ];
}

/** Stores a register into a request's link index. */
export function storeIndex({ message }: Request, index: Reg): Op {
  return store(at(message, linkField.index), 4, index);
}

/** Rounds up to a multiple of four. */
export function alignUp(to: Reg, value: Reg): Op[] {
  return [compute(to, value, '+', 3), compute(to, to, '&', -4)];
}

export const ENODEV = 19;
const EMSGSIZE = 90;
