import {
  at,
  branch,
  type Buf,
  buf,
  compute,
  here,
  jump,
  label,
  load,
  type Op,
  raise,
  type Reg,
  reg,
  set,
  store,
  sys,
} from '@standpipe/program';
import { AF, MFD } from '@standpipe/syscalls';
import { ifaddrmsg } from './address.js';
import { IFA, IFA_F, IFADDRMSG_SIZE, NLA_TYPE_MASK, NLATTR_SIZE, NLM_F, NLMSG, NLMSGHDR_SIZE, RT_SCOPE, RTM } from './constants.js';
import { alignUp, answer, ask, branchIfRefused, linkField, raiseRefusal, receive, request, type SaidNotes, send, tryAsk } from './ops.js';

/** The addresses of a device in a memfd: as the kernel's messages, whose places are known when they are there. */
export interface SavedAddresses {
  readonly file: Reg;
  /** Index of the device that they were taken from. */
  readonly link: Reg;
}

const ATTEMPTS = 16;
/** Offsets in RTM_NEWADDR: struct ifaddrmsg lies behind the header. */
const addressField = { family: NLMSGHDR_SIZE, flags: NLMSGHDR_SIZE + 2, scope: NLMSGHDR_SIZE + 3, index: NLMSGHDR_SIZE + 4 } as const;
const BASE_SIZE = NLMSGHDR_SIZE + IFADDRMSG_SIZE;
/** More than all attributes of an address take. */
const ROOM = 512;

/** Saves a device's addresses. A list that changed while the kernel wrote it is asked for again. */
export function saveAddresses(socket: Reg, saved: SavedAddresses, notes: SaidNotes): Op[] {
  const dump = request(socket, 'RTM_GETADDR', RTM.GETADDR, NLM_F.DUMP, ifaddrmsg(0, 0, 0, 0));
  // And of the last one the errno that the kernel ends with.
  const header = buf('nlmsghdr', NLMSGHDR_SIZE + 4);
  const [attempts, interrupted, place, end] = [reg('attempts'), reg('interrupted'), reg('place'), reg('end')];
  const [length, value, errno] = [reg('length'), reg('value'), reg('errno')];
  const [again, start, part, message, steady, silent, refused, broken, done] = [
    label('ask for the addresses'),
    label('start'),
    label('next part'),
    label('next message'),
    label('not interrupted'),
    label('no answer'),
    label('refused'),
    label('broken answer'),
    label('all addresses'),
  ];
  return [
    sys('memfd_create', ['addresses', MFD.CLOEXEC], { to: saved.file, ...notes }),
    store(at(dump.message, linkField.index), 4, saved.link),
    set(attempts, 0),
    here(again),
    compute(attempts, attempts, '+', 1),
    branch(attempts, '<', ATTEMPTS + 1, start),
    raise(`${notes.say}: they change all the time`, { pointer: notes.pointer }),
    here(start),
    sys('ftruncate', [saved.file, 0], notes),
    set(place, 0),
    set(interrupted, 0),
    send(dump, notes),
    here(part),
    ...receive(dump, silent, length, notes),
    ...branchIfRefused(errno, refused),
    sys('pwrite64', [saved.file, answer, length, place], notes),
    compute(end, place, '+', length),
    here(message),
    branch(place, '>=', end, part),
    sys('pread64', [saved.file, header, header.size, place], notes),
    load(at(header, 6), 2, value),
    branch(value, '==', 0, steady, NLM_F.DUMP_INTR),
    set(interrupted, 1),
    here(steady),
    load(at(header, 4), 2, value),
    branch(value, '==', NLMSG.DONE, done),
    load(header, 4, value),
    branch(value, '<', NLMSGHDR_SIZE, broken),
    ...alignUp(value, value),
    compute(place, place, '+', value),
    jump(message),
    here(silent),
    set(errno, length),
    here(refused),
    ...raiseRefusal(errno, notes),
    here(broken),
    raise(`${notes.say}: the kernel's answer is no list of messages`, { pointer: notes.pointer }),
    here(done),
    load(at(header, NLMSGHDR_SIZE), 4, errno),
    branch(errno, '!=', 0, refused),
    branch(interrupted, '!=', 0, again),
  ];
}

/**
 * Gives saved addresses to the device of index `link`: those that are to stay (IFA_F_PERMANENT) and reach beyond the host and its
 * links (RT_SCOPE_UNIVERSE), with all that belongs to them but their labels, which begin with the device's old name.
 *
 * `otherwise` is for an undo, which must come to its end whatever is refused: it passes over what the kernel won't have.
 */
export function restoreAddresses(
  socket: Reg,
  saved: SavedAddresses,
  link: Reg,
  notes: SaidNotes,
  otherwise: 'raise' | 'pass over' = 'raise',
): Op[] {
  const add = request(socket, 'RTM_NEWADDR', RTM.NEWADDR, NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL, new Uint8Array(ROOM - NLMSGHDR_SIZE));
  const [head, nlattr] = [buf('address', BASE_SIZE), buf('nlattr', NLATTR_SIZE)];
  const [place, length, value] = [reg('place'), reg('length'), reg('value')];
  const [attribute, end, room, size, total] = [reg('attribute'), reg('end'), reg('room'), reg('size'), reg('total')];
  const [next, ip, attributes, skip, complete, pass, done] = [
    label('next address'),
    label('an address of IP'),
    label('next attribute'),
    label('pass attribute over'),
    label('complete'),
    label('pass address over'),
    label('all given'),
  ];
  /** Nothing there is as the end of what is there. */
  const read = (into: Buf | Reg, bytes: number | Reg, from: Reg, to: Reg): Op =>
    sys('pread64', [saved.file, into, bytes, from], { to, unless: { errno: 'any', goto: done } });
  return [
    set(place, 0),
    here(next),
    read(head, BASE_SIZE, place, length),
    branch(length, '<', BASE_SIZE, done),
    load(at(head, 4), 2, value),
    branch(value, '!=', RTM.NEWADDR, done),
    load(head, 4, length),
    branch(length, '<', BASE_SIZE, done),
    load(at(head, addressField.family), 1, value),
    branch(value, '==', AF.INET, ip),
    branch(value, '!=', AF.INET6, pass),
    here(ip),
    load(at(head, addressField.flags), 1, value),
    branch(value, '==', 0, pass, IFA_F.PERMANENT),
    load(at(head, addressField.scope), 1, value),
    branch(value, '!=', RT_SCOPE.UNIVERSE, pass),
    load(at(head, addressField.index), 4, value),
    branch(value, '!=', saved.link, pass),

    // The message anew, with the attributes that it had.
    load(at(head, addressField.family), 4, value),
    store(at(add.message, addressField.family), 4, value),
    store(at(add.message, addressField.index), 4, link),
    set(size, BASE_SIZE),
    compute(attribute, place, '+', BASE_SIZE),
    compute(end, place, '+', length),
    here(attributes),
    compute(room, end, '-', attribute),
    branch(room, '<', NLATTR_SIZE, complete),
    read(nlattr, NLATTR_SIZE, attribute, value),
    load(nlattr, 2, value),
    branch(value, '<', NLATTR_SIZE, complete),
    ...alignUp(value, value),
    compute(total, size, '+', value),
    branch(total, '>=', ROOM + 1, skip),
    load(at(nlattr, 2), 2, room),
    branch(room, '==', IFA.LABEL, skip, NLA_TYPE_MASK),
    compute(room, add.message, '+', size),
    read(room, value, attribute, room),
    set(size, total),
    here(skip),
    compute(attribute, attribute, '+', value),
    jump(attributes),
    here(complete),
    store(add.message, 4, size),
    ...(otherwise === 'raise' ? ask(add, notes, { length: size }) : tryAsk(add, value, pass, notes, size)),

    here(pass),
    ...alignUp(length, length),
    compute(place, place, '+', length),
    jump(next),
    here(done),
  ];
}
