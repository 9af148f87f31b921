import { AT, O } from '@standpipe/syscalls';
import { closeFd, type Op, type Reg, reg, sys, words } from '@standpipe/program';
import { MOUNT_ATTR, MOVE_MOUNT, MS_PRIVATE, OPEN_TREE_CLONE } from './mount-api.js';

/** Read-only for all that is in the tree, and cut off from what is mounted on the host later on. */
const readOnly = words('mount_attr', [MOUNT_ATTR.RDONLY | MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV, 0, MS_PRIVATE, 0]);

/**
 * Shows what is open as `from` on `target`, read-only.
 *
 * @kernel 5.12
 */
export function planReadOnlyBind(source: string, recursive: boolean, { from, target }: { readonly from: Reg; readonly target: Reg }): Op[] {
  const tree = reg('host tree');
  const say = `bind the host's ${JSON.stringify(source)} read-only`;
  const recursively = recursive ? AT.RECURSIVE : 0;
  return [
    sys('open_tree', [from, '', AT.EMPTY_PATH | OPEN_TREE_CLONE | O.CLOEXEC | recursively], { to: tree, say }),
    sys('mount_setattr', [tree, '', AT.EMPTY_PATH | recursively, readOnly, readOnly.size], { say }),
    sys('move_mount', [tree, '', target, '', MOVE_MOUNT.F_EMPTY_PATH | MOVE_MOUNT.T_EMPTY_PATH], { say }),
    closeFd(tree),
  ];
}
