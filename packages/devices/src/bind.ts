import { AT, O, S_IFREG } from '@standpipe/syscalls';
import { closeFd, expectInode, type Op, reg, sys } from '@standpipe/program';
import { type DeviceNode, describeNode } from './device.js';
import type { NodePlace } from './node.js';

const OPEN_TREE_CLONE = 1;
const MOVE_MOUNT_F_EMPTY_PATH = 0x4;

/**
 * Binds the host's node of the same path onto an empty file: what an unprivileged user namespace,
 * which may not make devices, does instead. Before pivot_root, while the host's tree is in reach.
 *
 * The clone is looked at, not the path: what was checked is what gets mounted. It goes onto a name in
 * a directory that is held open, and move_mount(2) follows no link there, so it stays inside the root.
 * Mode and owner remain the host's.
 *
 * @man open_tree(2)
 * @kernel 5.2
 */
export function planBindNode(node: DeviceNode, { dir, name }: NodePlace): Op[] {
  const tree = reg('host device');
  const shown = JSON.stringify(node.path);
  const { pointer } = node;
  return [
    sys('open_tree', [AT.FDCWD, node.path, OPEN_TREE_CLONE | O.CLOEXEC | AT.SYMLINK_NOFOLLOW], {
      to: tree,
      say: `take the host's ${shown}, since a device node can't be made here`,
      pointer,
    }),
    ...expectInode(
      tree,
      { type: node.type, major: node.major, minor: node.minor },
      { say: `the host's ${shown} is not ${describeNode(node)}`, pointer },
    ),
    sys('mknodat', [dir, name, S_IFREG | 0o666, 0], {
      unless: { errno: ['EEXIST'] },
      say: `make the file that ${shown} is bound onto`,
      pointer,
    }),
    sys('move_mount', [tree, '', dir, name, MOVE_MOUNT_F_EMPTY_PATH], { say: `bind the host's ${shown}`, pointer }),
    closeFd(tree),
  ];
}
