export { type CgroupHierarchy, type CgroupLayout, type CgroupVersion, versionOf } from './layout.js';
export { type LinuxResources, planResources, type ResourcesPlan } from './resources.js';
export type { CgroupWrite } from './write.js';
