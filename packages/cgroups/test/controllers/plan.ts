import { SpecError } from '@standpipe/errors';
import { type CgroupLayout, type CgroupWrite, type LinuxResources, planResources } from '../../src/index.js';

const v1Controllers = ['cpu', 'cpuset', 'memory', 'pids', 'blkio', 'hugetlb', 'net_cls', 'net_prio', 'rdma'];
const v2Controllers = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'];

export const v1: CgroupLayout = {
  hierarchies: v1Controllers.map((name) => ({ version: 1, mountPoint: `/sys/fs/cgroup/${name}`, controllers: [name], own: '/' })),
};
export const v2: CgroupLayout = { hierarchies: [{ version: 2, mountPoint: '/sys/fs/cgroup', controllers: v2Controllers, own: '/' }] };
/** As systemd mounts it: everything on v1, and a v2 hierarchy without controllers. */
export const hybrid: CgroupLayout = {
  hierarchies: [...v1.hierarchies, { version: 2, mountPoint: '/sys/fs/cgroup/unified', controllers: [], own: '/' }],
};

/** A write as one line: `memory.max = 1048576`, with what may go otherwise behind it. */
function lineOf({ file, value, unless = [], fallback, refuseWhen }: CgroupWrite): string {
  return [
    `${file} = ${value}`,
    ...(unless.length === 0 ? [] : [`unless ${unless.join(', ')}`]),
    ...(fallback === undefined ? [] : [`else ${fallback.file} = ${fallback.value}`]),
    ...(refuseWhen === undefined ? [] : [`not when ${refuseWhen.file} >= ${refuseWhen.atLeast}`]),
  ].join('; ');
}

export function linesOf(resources: LinuxResources, layout: CgroupLayout): string[] {
  return planResources(resources, layout).writes.map(lineOf);
}

/** What is wrong with the resources, as `pointer: message`. */
export function issuesOf(resources: LinuxResources, layout: CgroupLayout): string[] {
  try {
    planResources(resources, layout);
  } catch (error) {
    if (SpecError.is(error)) return error.issues.map(({ pointer, message }) => `${pointer}: ${message}`);
    throw error;
  }
  return [];
}
