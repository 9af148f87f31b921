import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachDevices, type Cgroup, type CgroupWrite, planDeviceRules } from '@standpipe/cgroups';
import type { Linux, LinuxDeviceCgroup } from '@standpipe/oci-spec';
import { openPort } from '@standpipe/syscalls';
import { devicesNotReplaced, noDevicesController } from './errors.js';

export interface Devices {
  readonly rules: readonly LinuxDeviceCgroup[];
  /** Of the container's config: for default nodes that it declares itself there are no default rules. */
  readonly container: Linux | undefined;
}

const pointer = '/devices';

/** Makes the writes, and if there are new device rules puts them in the place of those the container has. */
export async function applyWithDevices(cgroup: Cgroup, writes: readonly CgroupWrite[], devices: Devices | undefined): Promise<void> {
  if (devices === undefined) {
    cgroup.apply(writes);
    return;
  }
  const { rules, container } = devices;
  const v1 = cgroup.directories.find(({ controllers }) => controllers.includes('devices'));
  if (v1 !== undefined) {
    const present = readFileSync(join(v1.path, 'devices.list'), 'utf8');
    const { writes: more, opensAll } = planDeviceRules(rules, 1, { container, present, pointer });
    const apply = (): void => cgroup.apply([...writes, ...more]);
    if (opensAll) await whileFrozen(cgroup, apply);
    else apply();
    return;
  }
  const v2 = cgroup.directories.find(({ version }) => version === 2);
  if (v2 === undefined) throw noDevicesController(cgroup.path);
  const program = planDeviceRules(rules, 2, { container, pointer });
  cgroup.apply(writes);
  const fd = openSync(v2.path, 'r');
  try {
    attachDevices(openPort(), fd, program);
  } catch (error) {
    throw writes.length === 0 ? error : devicesNotReplaced(error);
  } finally {
    closeSync(fd);
  }
}

/** What has everything denied for a moment must not be seen. */
export async function whileFrozen(cgroup: Cgroup, act: () => void | Promise<void>): Promise<void> {
  if (cgroup.state === 'frozen') {
    await act();
    return;
  }
  await cgroup.freeze();
  try {
    await act();
  } finally {
    await cgroup.thaw();
  }
}
