import { AT, O, S_IFMT, STATX } from '@standpipe/syscalls';
import {
  at,
  branch,
  type Label,
  load,
  type Op,
  type OpNotes,
  type Operand,
  type Reg,
  statxField,
  sys,
  type Unless,
} from '@standpipe/program';
import { MOVE_FD_TO_FD, OPEN_TREE_CLONE } from './constants.js';
import type { Scratch } from './scratch.js';

/** Mounts the detached mount, or tree, of one fd upon the other. @man move_mount(2) */
export function attach(tree: Reg, target: Reg, notes: OpNotes & { unless?: Unless }): Op {
  return sys('move_mount', [tree, '', target, '', MOVE_FD_TO_FD], notes);
}

/** A detached copy of the mount that the fd lies in, from the fd on; with `recursive`, of all mounts below too. @man open_tree(2) */
export function cloneTree(fd: Operand, to: Reg, { recursive = false, ...notes }: OpNotes & { recursive?: boolean }): Op {
  return sys('open_tree', [fd, '', OPEN_TREE_CLONE | O.CLOEXEC | AT.EMPTY_PATH | (recursive ? AT.RECURSIVE : 0)], { to, ...notes });
}

/** Loads the filesystem's magic number of an fd into `value`. @man statfs(2) */
export function loadFilesystem(fd: Reg, { statfs, value }: Scratch, notes: OpNotes): Op[] {
  return [sys('fstatfs', [fd, statfs], notes), load(statfs, 8, value)];
}

/** Loads an fd's mode, its type included. */
export function loadMode(fd: Reg, to: Reg, { statx }: Scratch, notes: OpNotes): Op[] {
  return [
    sys('statx', [fd, '', AT.EMPTY_PATH, STATX.TYPE | STATX.MODE, statx], notes),
    load(at(statx, statxField.mode.offset), statxField.mode.size, to),
  ];
}

/** Goes to `to` when the fd is of that type, one of S_IF*. */
export function branchIfType(fd: Reg, type: number, to: Label, scratch: Scratch, notes: OpNotes): Op[] {
  return [...loadMode(fd, scratch.value, scratch, notes), branch(scratch.value, '==', type, to, S_IFMT)];
}
