import { type Cgroup, type CgroupLayout, type CgroupWrite, planResources, readCgroupLayout, versionOf } from '@standpipe/cgroups';
import type { SpecIssue } from '@standpipe/errors';
import type { LinuxResources } from '@standpipe/oci-spec';
import { readSavedConfig } from '../saved-config.js';
import { cgroupInUse, readContainer } from './container.js';
import { applyWithDevices } from './device-rules.js';
import { updateUnit } from './update-unit.js';

/** More is no limit: that of v1 is the greatest multiple of a page below 2^63, that of v2 2^64 - 1. */
const MAX_LIMIT = 2n ** 62n;

/**
 * Sets the limits that `resources` names, of a running or paused container, and leaves the others as they are. All or none: what was written
 * before a write that fails is taken back.
 *
 * `resources` are as `validateResources` gives them. Pointers of errors and warnings are into that document.
 *
 * @returns warnings
 * @throws SpecError for what can't be had here; SyscallError with what the kernel refused; PlumbingError `CONTAINER_UNKNOWN`, `CONTAINER_NOT_RUNNING`
 */
export async function updateContainer(root: string, id: string, resources: LinuxResources): Promise<readonly SpecIssue[]> {
  const container = readContainer(root, id);
  const cgroup = cgroupInUse(container);
  const layout = readCgroupLayout();
  const { writes, warnings } = planResources(withMemoryLimit(resources, cgroup, layout), layout, '');
  const { devices: rules = [] } = resources;
  const { scope } = container.state;
  const devices = rules.length === 0 ? undefined : { rules, container: readSavedConfig(container.state).linux };
  const apply = async (limits: readonly CgroupWrite[]): Promise<void> => applyWithDevices(cgroup, limits, devices);
  if (scope === undefined) await apply(writes);
  else await updateUnit(scope, cgroup, { writes, devices }, apply);
  return warnings;
}

/**
 * v2 limits swap alone: to what memory and swap may have together, less what memory may have. An update may name only the first,
 * and then the second is what the cgroup has.
 */
function withMemoryLimit(resources: LinuxResources, cgroup: Cgroup, layout: CgroupLayout): LinuxResources {
  const { swap = 0, limit = 0 } = resources.memory ?? {};
  if (swap <= 0 || limit !== 0 || versionOf(layout, 'memory') !== 2) return resources;
  const present = cgroup.stats().memory.usage.limit;
  return present > MAX_LIMIT ? resources : { ...resources, memory: { ...resources.memory, limit: present } };
}
