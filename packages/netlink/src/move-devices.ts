import {
  at,
  branch,
  buf,
  closeFd,
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
  statxField,
  store,
  sys,
  undo,
} from '@standpipe/program';
import { AT, CLONE, errnoNumber, STATX } from '@standpipe/syscalls';
import { textAttribute, u32Attribute } from './attributes.js';
import { IFF, IFLA, NLATTR_SIZE } from './constants.js';
import { type NetDevice, type NetDevices, parseNetDevices } from './net-devices.js';
import {
  answer,
  ask,
  askForLink,
  ENODEV,
  getLink,
  linkField,
  openRouteSocket,
  type Request,
  type SaidNotes,
  setLink,
  storeIndex,
  tryAsk,
} from './ops.js';
import { restoreAddresses, type SavedAddresses, saveAddresses } from './saved-addresses.js';

/** The network namespace to move to: that of a process, or an open one. */
export type MoveTarget = { readonly pidfd: Reg } | { readonly netns: Reg };

/** Moving network devices, in three parts of one process that has the right to, in the order in which they run. */
export interface MovePlan {
  /** Takes hold of both namespaces. The target's fd may be closed after it. */
  readonly open: Op[];
  /** Moves the devices. From here on, whoever fails moves them back. */
  readonly move: Op[];
  /** Leaves the devices where they are, when all is well. Without it the section's end moves them back too. */
  readonly keep: Op[];
}

/** ioctl of any socket: opens its network namespace. @kernel 4.10 */
const SIOCGSKNS = 0x894c;
const STATX_SIZE = 256;

/** A socket, and the network namespace that it is in. */
interface Side {
  readonly socket: Reg;
  readonly netns: Reg;
}

/**
 * Plans the moves of `linux.netDevices`: each device goes from the network namespace that the process is in to the target's, may be
 * renamed, keeps its lasting addresses of global scope, and is up in the end.
 *
 * The addresses are read when the ops run, right before the move. What the kernel forgets when a device leaves is lost: other
 * addresses, routes over it, its place in a bridge. Undone, a device is back under its name, with its lasting addresses, and up
 * if it was. When a namespace ends, the kernel moves hardware to the first one, and deletes what is virtual.
 *
 * @throws SpecError with every issue of `devices`
 * @man rtnetlink(7), network_namespaces(7)
 * @kernel 5.8 for a pidfd; 5.13 where the target already has a device of the same index
 * @cap CAP_NET_ADMIN and CAP_SYS_ADMIN, for both namespaces
 */
export function planMoveDevices(devices: NetDevices, target: MoveTarget, { pointer }: { readonly pointer?: string } = {}): MovePlan {
  const list = parseNetDevices(devices, pointer);
  if (list.length === 0) return { open: [], move: [], keep: [] };
  const host: Side = { socket: reg('host netlink'), netns: reg('host network namespace') };
  const container: Side = { socket: reg('container netlink'), netns: reg('container network namespace') };
  const moves = list.map((device) => planMove(device, host, container));
  const sides = [host, container].flatMap(({ socket, netns }) => [closeFd(socket), closeFd(netns)]);
  return {
    open: openSides(host, container, target, pointer ?? '/linux/netDevices'),
    move: moves.flatMap(({ move }) => move),
    keep: [...moves.flatMap(({ keep }) => keep), ...sides],
  };
}

/** A socket stays in the namespace that it was made in: so we go to the target's for the length of making one. */
function openSides(host: Side, container: Side, target: MoveTarget, pointer: string): Op[] {
  const notes = { say: 'open rtnetlink on the host', pointer };
  const inside = { say: 'open rtnetlink in the container', pointer };
  const fd = 'pidfd' in target ? target.pidfd : target.netns;
  return [
    ...openRouteSocket(host.socket, notes),
    sys('ioctl', [host.socket, SIOCGSKNS, 0], { to: host.netns, say: 'open the network namespace of the host', pointer }),
    sys('setns', [fd, CLONE.NEWNET], { say: 'enter the network namespace of the container', pointer }),
    ...openRouteSocket(container.socket, inside),
    sys('setns', [host.netns, CLONE.NEWNET], { say: 'go back to the network namespace of the host', pointer }),
    sys('ioctl', [container.socket, SIOCGSKNS, 0], { to: container.netns, say: 'open the network namespace of the container', pointer }),
    ...expectDifferent(host.netns, container.netns, { say: 'the container is in the network namespace of the host', pointer }),
  ];
}

/** Raises `say` when two fds are of one namespace. */
function expectDifferent(one: Reg, other: Reg, notes: SaidNotes): Op[] {
  const stat = buf('statx', STATX_SIZE);
  const inodes = [one, other].map((fd) => ({ fd, ino: reg('inode') }));
  const [first, second] = inodes.map(({ ino }) => ino) as [Reg, Reg];
  const different = label('different network namespaces');
  return [
    ...inodes.flatMap(({ fd, ino }) => [
      sys('statx', [fd, '', AT.EMPTY_PATH, STATX.INO, stat], notes),
      load(at(stat, statxField.ino.offset), statxField.ino.size, ino),
    ]),
    branch(first, '!=', second, different),
    raise(`${notes.say}: nothing can be moved there`, { pointer: notes.pointer }),
    here(different),
  ];
}

function planMove(device: NetDevice, host: Side, container: Side): { move: Op[]; keep: Op[] } {
  const { name, inside, pointer } = device;
  const shown = JSON.stringify(name);
  const say = `move the network device ${shown} into the container${inside === name ? '' : ` as ${JSON.stringify(inside)}`}`;
  const notes = { say, pointer };
  const saved: SavedAddresses = { file: reg('addresses'), link: reg('index on the host') };
  const [flags, index] = [reg('flags on the host'), reg('index in the container')];
  const away = moveLink(container.netns, { socket: host.socket, from: saved.link, to: index, name: inside });
  const up = setLink(container.socket, [], { up: true });
  const move = [
    ...findOnHost(device, host.socket, saved.link, flags),
    ...(device.template ? [] : expectNameFree(container.socket, inside, notes)),
    ...chooseIndex(container.socket, saved.link, index, notes),
    ...saveAddresses(host.socket, saved, { say: `list the addresses of the network device ${shown}`, pointer }),
    undo(moveBack(device, host, container, { saved, flags, index })),
    ...away.fill,
    ...ask(away.asked, notes, { meanings: { EEXIST: taken, EINVAL: 'it may be one that stays in its network namespace' } }),
    ...restoreAddresses(container.socket, saved, index, {
      say: `give the network device ${shown} its addresses in the container`,
      pointer,
    }),
    storeIndex(up, index),
    ...ask(up, { say: `set the network device ${shown} up in the container`, pointer }),
  ];
  return { move, keep: [set(index, -1), closeFd(saved.file)] };
}

function findOnHost({ name, pointer }: NetDevice, socket: Reg, index: Reg, flags: Reg): Op[] {
  return [
    ...ask(getLink(socket, name), { say: `find the network device ${JSON.stringify(name)} on the host`, pointer }),
    load(at(answer, linkField.index), 4, index),
    load(at(answer, linkField.flags), 4, flags),
  ];
}

/** The kernel finds out as well, but in older ones when the device has moved already. */
function expectNameFree(socket: Reg, name: string, notes: SaidNotes): Op[] {
  const free = label('name is free');
  return [
    ...askForLink(getLink(socket, name), free, notes),
    raise(`${notes.say} (${taken})`, { errno: errnoNumber('EEXIST') ?? 0, pointer: notes.pointer }),
    here(free),
  ];
}

const taken = 'it has one of that name';

/** The first index from the host's up that is free in there: so it is known which device it will be, whatever its name. */
function chooseIndex(socket: Reg, from: Reg, to: Reg, notes: SaidNotes): Op[] {
  const [next, free] = [label('next index'), label('index is free')];
  const asked = getLink(socket);
  return [
    set(to, from),
    here(next),
    storeIndex(asked, to),
    ...askForLink(asked, free, notes),
    compute(to, to, '+', 1),
    jump(next),
    here(free),
  ];
}

interface Move {
  readonly socket: Reg;
  /** Its index, and the one that it gets. */
  readonly from: Reg;
  readonly to: Reg;
  readonly name: string;
}

/** One message moves and renames: what stores its fields, and itself. */
function moveLink(netns: Reg, { socket, from, to, name }: Move): { fill: Op[]; asked: Request } {
  const asked = setLink(socket, [u32Attribute(IFLA.NET_NS_FD, 0), u32Attribute(IFLA.NEW_IFINDEX, 0), textAttribute(IFLA.IFNAME, name)]);
  const netnsField = linkField.attributes + NLATTR_SIZE;
  const indexField = netnsField + 4 + NLATTR_SIZE;
  return {
    fill: [storeIndex(asked, from), store(at(asked.message, netnsField), 4, netns), store(at(asked.message, indexField), 4, to)],
    asked,
  };
}

/** Whether it got away is asked of the host: a refusal may come when it has. */
function moveBack(
  { name, pointer }: NetDevice,
  host: Side,
  container: Side,
  { saved, flags, index }: { saved: SavedAddresses; flags: Reg; index: Reg },
): Op[] {
  const notes = { say: `move the network device ${JSON.stringify(name)} back to the host`, pointer };
  const errno = reg('errno');
  const [gone, done] = [label('gone from the host'), label('on the host')];
  const [look, up] = [getLink(host.socket), setLink(host.socket, [], { up: true })];
  const move = moveLink(host.netns, { socket: container.socket, from: index, to: saved.link, name });
  return [
    branch(index, '<', 0, done),
    storeIndex(look, saved.link),
    ...tryAsk(look, errno, gone, notes),
    jump(done),
    here(gone),
    branch(errno, '!=', -ENODEV, done),
    ...move.fill,
    ...tryAsk(move.asked, errno, done, notes),
    ...restoreAddresses(host.socket, saved, saved.link, notes, 'pass over'),
    branch(flags, '==', 0, done, IFF.UP),
    storeIndex(up, saved.link),
    ...tryAsk(up, errno, done, notes),
    here(done),
  ];
}
