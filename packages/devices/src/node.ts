import { AT, errnoNumber, O, S_IFIFO } from '@standpipe/syscalls';
import {
  branch,
  branchUnlessInode,
  closeFd,
  expectInode,
  here,
  type InodeExpectation,
  jump,
  label,
  type Op,
  type OpNotes,
  type Reg,
  reg,
  sys,
} from '@standpipe/program';
import { type DeviceNode, describeNode, deviceNumber } from './device.js';
import { planBindNode } from './bind.js';

const EPERM = -(errnoNumber('EPERM') ?? 0);

/** The directory that a node is made in, held open, and the node's name in it. */
export interface NodePlace {
  readonly dir: Reg;
  readonly name: string;
}

function expectationOf(node: DeviceNode): InodeExpectation {
  return node.type === S_IFIFO ? { type: node.type } : { type: node.type, major: node.major, minor: node.minor };
}

/**
 * Makes one node in a directory that is held open. With umask 0 its mode is exact from the start.
 *
 * What lies there already is kept when it is the very node; otherwise a default node takes its place,
 * and a declared one is an error, as the OCI specification has it. Where mknod isn't permitted (no
 * CAP_MKNOD, a device cgroup) the host's node is bound instead.
 *
 * @man mknodat(2)
 */
export function planNode(node: DeviceNode, { dir, name }: NodePlace): Op[] {
  const what = describeNode(node);
  const notes = { say: `make ${what} ${JSON.stringify(node.path)}`, pointer: node.pointer };
  const number = deviceNumber(node.major, node.minor);
  const made = reg('made');
  const trouble = label(`${node.path} not made`);
  const exists = label(`${node.path} exists`);
  const done = label(`${node.path} done`);
  const mknod = sys('mknodat', [dir, name, node.type | node.mode, number], notes);
  return [
    { ...mknod, to: made, unless: { errno: node.type === S_IFIFO ? ['EEXIST'] : ['EEXIST', 'EPERM'], goto: trouble } },
    ...planOwner(node, { dir, name }, notes),
    jump(done),
    here(trouble),
    ...(node.type === S_IFIFO ? [] : [branch(made, '!=', EPERM, exists), ...planBindNode(node, { dir, name }), jump(done), here(exists)]),
    ...(node.pointer === undefined ? planReplace(node, { dir, name }, mknod) : planExpect(node, { dir, name }, notes)),
    here(done),
  ];
}

/** The owner is set through an fd that was seen to be the node, never by name: the name may be something else by now. */
function planOwner(node: DeviceNode, { dir, name }: NodePlace, notes: { say: string; pointer: string | undefined }): Op[] {
  if (node.uid === 0 && node.gid === 0) return [];
  const fd = reg('node');
  const say = `give ${JSON.stringify(node.path)} to ${String(node.uid)}:${String(node.gid)}`;
  return [
    openNode(dir, name, fd, notes),
    ...expectInode(fd, expectationOf(node), { say: `${JSON.stringify(node.path)} was swapped while it was made`, pointer: notes.pointer }),
    sys('fchownat', [fd, '', node.uid, node.gid, AT.EMPTY_PATH], { say, pointer: notes.pointer }),
    closeFd(fd),
  ];
}

function planExpect(node: DeviceNode, { dir, name }: NodePlace, notes: OpNotes): Op[] {
  const fd = reg('node');
  const say = `${JSON.stringify(node.path)} exists and is not ${describeNode(node)}`;
  return [openNode(dir, name, fd, notes), ...expectInode(fd, expectationOf(node), { say, pointer: notes.pointer }), closeFd(fd)];
}

function planReplace(node: DeviceNode, { dir, name }: NodePlace, mknod: Op): Op[] {
  const fd = reg('node');
  const wrong = label(`${node.path} wrong`);
  const right = label(`${node.path} right`);
  const say = `remove what lies at ${JSON.stringify(node.path)} and is not ${describeNode(node)}`;
  return [
    openNode(dir, name, fd, { say: `look at ${JSON.stringify(node.path)}` }),
    ...branchUnlessInode(fd, expectationOf(node), wrong, { say: `look at ${JSON.stringify(node.path)}` }),
    closeFd(fd),
    jump(right),
    here(wrong),
    closeFd(fd),
    sys('unlinkat', [dir, name, 0], { say }),
    mknod,
    here(right),
  ];
}

function openNode(dir: Reg, name: string, to: Reg, notes: OpNotes): Op {
  return sys('openat', [dir, name, O.PATH | O.NOFOLLOW | O.CLOEXEC], { to, ...notes });
}
