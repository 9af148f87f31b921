import { type Op, type OpNotes, type Reg, sys, type Unless, words } from '@standpipe/program';
import { O, RESOLVE } from '@standpipe/syscalls';

const OPEN_HOW_SIZE = 24;

/** Opens a cgroup below another one and in the same hierarchy, to look up names in. There are no links in cgroupfs, and none is followed. */
export function openBelow(directory: Reg, path: string, to: Reg, notes: OpNotes & { readonly unless?: Unless }): Op {
  const how = words('open_how', [O.PATH | O.DIRECTORY | O.CLOEXEC, 0, RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_XDEV]);
  return sys('openat2', [directory, path, how, OPEN_HOW_SIZE], { to, ...notes });
}

/** Opens a file of a cgroup for writing. */
export function openFile(cgroup: Reg, file: string, to: Reg, notes: OpNotes & { readonly unless?: Unless }): Op {
  return sys('openat', [cgroup, file, O.WRONLY | O.CLOEXEC], { to, ...notes });
}
