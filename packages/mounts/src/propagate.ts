import type { Op, Reg } from '@standpipe/program';
import { setattr } from './attributes.js';
import { describeMount, type MountIntent } from './mount.js';

/** Sets how the mounted spreads, in the order of the options. After it is attached: upon something shared it becomes shared. */
export function propagate(tree: Reg, intent: MountIntent): Op[] {
  return intent.options.propagation.map(({ type, recursive, name }) =>
    setattr(tree, { propagation: type, recursive, say: `${describeMount(intent)}: make it ${name}`, pointer: intent.pointer }),
  );
}
