import { closeFd, type Op, type Reg } from '@standpipe/program';
import { setattr } from '../attributes.js';
import { MOUNT_ATTR, PROPAGATION } from '../constants.js';
import { attach, cloneTree } from '../fd.js';

/**
 * Shows what is open as `from` on `target`: read-only, with all that is mounted in it, and cut off from what
 * is mounted on the host later on.
 *
 * @kernel 5.12
 */
export function planReadOnlyBind(
  source: string,
  recursive: boolean,
  { from, tree, target }: Readonly<Record<'from' | 'tree' | 'target', Reg>>,
): Op[] {
  const say = `bind the host's ${JSON.stringify(source)} read-only`;
  return [
    cloneTree(from, tree, { recursive, say }),
    setattr(tree, { set: MOUNT_ATTR.RDONLY | MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV, propagation: PROPAGATION.PRIVATE, recursive, say }),
    attach(tree, target, { say }),
    closeFd(tree),
  ];
}
