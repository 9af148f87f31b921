export { type Attributes } from './attributes.js';
export { type CgroupHierarchy, cgroupHierarchies } from './cgroup-facts.js';
export { MOUNT_ATTR, PROPAGATION } from './constants.js';
export type { CgroupFacts } from './context.js';
export {
  type HostEntry,
  type HostFolder,
  type HostMount,
  type HostRootInput,
  type HostTree,
  planHostRoot,
  readHostTree,
} from './host-root.js';
export { planMaskedPaths } from './masked-paths.js';
export type { Mount, MountIdMapping, MountIntent } from './mount.js';
export { type MountinfoEntry, parseMountinfo } from './mountinfo.js';
export { expectNewMountNamespace, isMappedNamespace, type MountNamespaces, mountNamespacesOf, type NamespaceEntry } from './namespaces.js';
export { type DataOption, knownMountOptions, type MountOptions, parseMountOptions, type Propagation } from './options.js';
export { parseMounts, type ParseMountsSettings } from './parse.js';
export { planMoveRoot, type PlanMoveRootInput, planPivot, type PlanPivotInput } from './pivot.js';
export { type MountsPlan, planMounts, type PlanMountsInput } from './plan.js';
export { planCopyTree } from './copy-tree.js';
export type { HandOverRegs } from './hand-over.js';
export type { IdMaps, IdmapSource } from './idmap.js';
export { runWithMounts, type RunWithMountsOptions } from './run.js';
export { planReadonlyPaths } from './readonly-paths.js';
export { planRootfs, type PlanRootfsInput, planRootReadonly, rootfsPath } from './rootfs.js';
