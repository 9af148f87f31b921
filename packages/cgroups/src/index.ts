export { type CgroupHierarchy, type CgroupLayout, type CgroupVersion, versionOf } from './layout.js';
export type { CgroupWrite } from './write.js';
