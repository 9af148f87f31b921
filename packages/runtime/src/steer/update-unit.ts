import type { Cgroup, CgroupWrite } from '@standpipe/cgroups';
import type { RecordedScope } from '@standpipe/state';
import { type Devices, whileFrozen } from './device-rules.js';

export interface UnitUpdate {
  readonly writes: readonly CgroupWrite[];
  readonly devices: Devices | undefined;
}

/** Has systemd know of limits before `apply` writes them: it would undo them when it is reloaded. */
export async function updateUnit(
  scope: RecordedScope,
  cgroup: Cgroup,
  { writes, devices }: UnitUpdate,
  apply: (writes: readonly CgroupWrite[]) => Promise<void>,
): Promise<void> {
  const { deviceProperties, updateScope } = await import('@standpipe/cgroups/systemd');
  if (devices === undefined) {
    await updateScope(scope, cgroup, { writes }, apply);
    return;
  }
  const version = cgroup.directories.some((directory) => directory.version === 1) ? 1 : 2;
  const properties = deviceProperties(devices.rules, version, { container: devices.container, pointer: '/devices' });
  const update = async (): Promise<void> => updateScope(scope, cgroup, { writes, devices: properties }, apply);
  // systemd denies all before it allows what is in the list.
  if (version === 1) await whileFrozen(cgroup, update);
  else await update();
}
