/**
 * The root filesystem of a container and its mounts, masked and read-only paths.
 *
 * `planMounts` gives the ops that mount what `mounts` of a config.json says in a root, which is an fd:
 *
 * ```ts
 * const root = reg('root');
 * const { mount, protect } = planMounts(config.mounts, { root, bundle: '/bundle' });
 * const ops = [...planRootfs({ path: '/bundle/rootfs' }, root), ...mount, ...protect, ...planPivot({ root })];
 * ```
 *
 * Nothing is touched until the ops run, in a new mount namespace: in a container's program, or by
 * themselves. `runWithMounts` does the latter for one command.
 *
 * @packageDocumentation
 */
export { type Attributes } from './attributes.js';
export { type CgroupHierarchy, cgroupHierarchies } from './cgroup-facts.js';
export { MOUNT_ATTR, PROPAGATION } from './constants.js';
export type { CgroupFacts } from './context.js';
export { planCopyTree } from './copy-tree.js';
export {
  type HostEntry,
  type HostFolder,
  type HostMount,
  type HostRootInput,
  type HostTree,
  planHostRoot,
  readHostTree,
} from './host-root.js';
export type { IdMaps, IdmapSource } from './idmap.js';
export { planMaskedPaths, type PlanMaskedPathsSettings } from './masked-paths.js';
export type { Mount, MountIdMapping, MountIntent } from './mount.js';
export { type MountinfoEntry, parseMountinfo } from './mountinfo.js';
export { expectNewMountNamespace, isMappedNamespace, type MountNamespaces, mountNamespacesOf, type NamespaceEntry } from './namespaces.js';
export { type DataOption, knownMountOptions, type MountOptions, parseMountOptions, type Propagation } from './options.js';
export { parseMounts, type ParseMountsSettings } from './parse.js';
export { planMoveRoot, type PlanMoveRootInput, planPivot, type PlanPivotInput } from './pivot.js';
export { type MountsPlan, planMounts, type PlanMountsInput } from './plan.js';
export { planReadonlyPaths } from './readonly-paths.js';
export { planRootfs, type PlanRootfsInput, planRootReadonly, rootfsPath } from './rootfs.js';
export { runWithMounts, type RunWithMountsOptions } from './run.js';
export { probeMounts } from './probe.js';
