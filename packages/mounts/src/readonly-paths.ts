import { closeFd, here, jump, label, type Op, type Reg, resolveInRoot } from '@standpipe/program';
import { setattr } from './attributes.js';
import { MOUNT_ATTR } from './constants.js';
import { attach, cloneTree } from './fd.js';
import { parsePaths } from './paths.js';
import { scratch } from './scratch.js';

/**
 * Plans that paths can't be written to, after pivot_root: each is bound upon itself with all that is mounted
 * below, read-only, other attributes kept. What is missing is left out.
 *
 * @throws SpecError for a path that is relative
 */
export function planReadonlyPaths(paths: readonly string[], root: Reg, pointer = '/linux/readonlyPaths'): Op[] {
  const used = scratch();
  const { target, tree } = used;
  return parsePaths(paths, pointer).flatMap(({ path, pointer: own }) => {
    const shown = JSON.stringify(path);
    const notes = { say: `make ${shown} read-only`, pointer: own };
    const missing = label(`${path} missing`);
    if (path === '/') return [setattr(root, { set: MOUNT_ATTR.RDONLY, recursive: true, ...notes })];
    return [
      ...resolveInRoot(root, path.slice(1), target, { missing: [jump(missing)], say: `open ${shown} to make it read-only`, pointer: own }),
      cloneTree(target, tree, { recursive: true, ...notes }),
      setattr(tree, { set: MOUNT_ATTR.RDONLY, recursive: true, ...notes }),
      attach(tree, target, notes),
      closeFd(tree),
      closeFd(target),
      here(missing),
    ];
  });
}
