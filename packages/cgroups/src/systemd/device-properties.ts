import { defaultDeviceRules } from '../devices/defaults.js';
import type { DeviceRulesSettings } from '../devices/plan.js';
import { ACCESS, ANY, type DeviceSet, type LinuxDeviceCgroup, parseDeviceRules } from '../devices/rule.js';
import { allowsAll, tableOf } from '../devices/table.js';
import type { CgroupVersion } from '../layout.js';
import { text, type UnitProperty } from './property.js';

/**
 * Device rules as systemd takes them: a list of what is allowed, and nothing else.
 *
 * Rules that no such list holds (a list of what is denied, a minor number of any major) are our own alone. On v2, where a use must be allowed by
 * systemd's program and by ours, systemd then restricts nothing. On v1, where there is one list and ours is the last word, it denies more.
 */
export function deviceProperties(
  rules: readonly LinuxDeviceCgroup[],
  version: CgroupVersion,
  { container, pointer = '/linux/resources/devices' }: Omit<DeviceRulesSettings, 'present'> = {},
): UnitProperty[] {
  const defaults = container === undefined ? [] : defaultDeviceRules(container.devices ?? []);
  const table = tableOf([...parseDeviceRules(rules, pointer), ...parseDeviceRules(defaults, pointer)]);
  const allowed = table.allow ? [] : [...table.exceptions.values()];
  const entries = allowed.flatMap(({ devices, access }) => {
    const name = nameOf(devices);
    return name === undefined ? [] : [[name, lettersOf(access)] as const];
  });
  const isWhole = !table.allow && entries.length === allowed.length;
  if (allowsAll(table) || (version === 2 && !isWhole)) return [deviceAllow([]), text('DevicePolicy', 'auto')];
  return [deviceAllow([]), text('DevicePolicy', 'strict'), deviceAllow(entries)];
}

/** Adds to the list; an empty one takes all away. */
function deviceAllow(value: readonly (readonly [string, string])[]): UnitProperty {
  return { name: 'DeviceAllow', signature: 'a(ss)', value };
}

function nameOf({ type, major, minor }: DeviceSet): string | undefined {
  const kind = type === 'c' ? 'char' : 'block';
  if (major === ANY) return minor === ANY ? `${kind}-*` : undefined;
  return minor === ANY ? `${kind}-${String(major)}` : `/dev/${kind}/${String(major)}:${String(minor)}`;
}

function lettersOf(access: number): string {
  return `${(access & ACCESS.READ) === 0 ? '' : 'r'}${(access & ACCESS.WRITE) === 0 ? '' : 'w'}${(access & ACCESS.MKNOD) === 0 ? '' : 'm'}`;
}
