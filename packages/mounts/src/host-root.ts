/** The host's own root below a private overlay: `readHostTree` looks, `planHostRoot` plans. */
export { type HostRootInput, planHostRoot } from './host-root/plan.js';
export type { HostEntry, HostFolder, HostMount, HostTree } from './host-root/host-tree.js';
export { readHostTree } from './host-root/read.js';
