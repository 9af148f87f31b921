import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { openPort } from '@standpipe/syscalls';
import { applyWrites } from './apply.js';
import { attachDevices } from './devices/attach.js';
import { planDeviceRules } from './devices/plan.js';
import type { LinuxDeviceCgroup } from './devices/rule.js';
import { type CgroupDirectory, unified } from './directory.js';
import { controllerMissing } from './errors.js';
import { readIfThere } from './files.js';
import { nameOf } from './processes.js';

/** Has a cgroup that nothing runs in yet allow what these rules allow, and no other device. */
export function limitDevices(directories: readonly CgroupDirectory[], rules: readonly LinuxDeviceCgroup[], pointer: string): void {
  const v1 = directories.find(({ controllers }) => controllers.includes('devices'));
  if (v1 !== undefined) {
    const { writes } = planDeviceRules(rules, 1, { present: readIfThere(join(v1.path, 'devices.list')), pointer });
    applyWrites(directories, writes);
    return;
  }
  const v2 = unified(directories);
  if (v2 === undefined) throw controllerMissing('devices', nameOf(directories));
  const program = planDeviceRules(rules, 2, { pointer });
  const fd = openSync(v2.path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    attachDevices(openPort(), fd, program);
  } finally {
    closeSync(fd);
  }
}
