import { AT } from '@standpipe/syscalls';
import { type Buf, type OpNotes, type Operand, sys, type Op, type Unless, words } from '@standpipe/program';

/** Attributes to set on a mount, and to clear first, as bits of MOUNT_ATTR. All others stay as they are. */
export interface Attributes {
  readonly set: number;
  readonly clear: number;
}

export const noAttributes: Attributes = { set: 0, clear: 0 };

export function isEmpty({ set, clear }: Attributes): boolean {
  return set === 0 && clear === 0;
}

export interface SetattrSettings extends OpNotes, Partial<Attributes> {
  /** One of PROPAGATION. */
  readonly propagation?: number;
  /** All mounts below it too. */
  readonly recursive?: boolean;
  readonly unless?: Unless;
  /** Below the fd; the mount of the fd itself when left out. */
  readonly path?: string;
}

/** struct mount_attr */
function mountAttr({ set = 0, clear = 0, propagation = 0 }: Partial<Attributes> & { propagation?: number }): Buf {
  return words('mount_attr', [set, clear, propagation, 0]);
}

/**
 * Changes attributes or propagation of a mount. Flags that a user namespace may not clear stay, or
 * it is EPERM where they are to be cleared.
 *
 * @man mount_setattr(2)
 * @kernel 5.12
 */
export function setattr(fd: Operand, { set, clear, propagation = 0, recursive = false, path = '', ...notes }: SetattrSettings): Op {
  const attr = mountAttr({ set, clear, propagation });
  const flags = (path === '' ? AT.EMPTY_PATH : AT.SYMLINK_NOFOLLOW) | (recursive ? AT.RECURSIVE : 0);
  return sys('mount_setattr', [fd, path, flags, attr, attr.size], notes);
}
