import { holeInRule } from './errors.js';
import { covers, describeDevices, type DeviceRule, type DeviceSet, overlaps } from './rule.js';

/** Devices that are treated otherwise than the rest, for some kinds of access. */
export interface DeviceException {
  readonly devices: DeviceSet;
  readonly access: number;
  readonly pointer: string;
}

/**
 * What the device controller comes down to, on v1 in the kernel's own memory: an answer for everything, and exceptions from it.
 *
 * Where everything is denied, access is allowed when one exception has all of it; where everything is allowed, it is denied when one has
 * any of it.
 */
export interface DeviceTable {
  readonly allow: boolean;
  /** By `keyOf`, each set of devices once. */
  readonly exceptions: ReadonlyMap<string, DeviceException>;
}

export function keyOf({ type, major, minor }: DeviceSet): string {
  return `${type} ${String(major)}:${String(minor)}`;
}

/** Whether nothing is restricted. */
export function allowsAll({ allow, exceptions }: DeviceTable): boolean {
  return allow && exceptions.size === 0;
}

/**
 * Applies rules in their order over a table that denies all.
 *
 * As with runc, one rule can't take away a part of another's devices: that is an error, since the kernel would leave it out without a
 * word. And what runc leaves out without a word, a denial of more devices than some rules before it allowed, is done.
 *
 * @throws SpecError for such a part
 */
export function tableOf(rules: readonly DeviceRule[]): DeviceTable {
  let allow = false;
  const exceptions = new Map<string, DeviceException>();
  for (const rule of rules) {
    const { devices } = rule;
    if (devices === undefined) {
      allow = rule.allow;
      exceptions.clear();
    } else if (rule.allow === allow) {
      takeBack(exceptions, { ...rule, devices });
    } else {
      const key = keyOf(devices);
      exceptions.set(key, { devices, access: rule.access | (exceptions.get(key)?.access ?? 0), pointer: rule.pointer });
    }
  }
  return { allow, exceptions };
}

function takeBack(exceptions: Map<string, DeviceException>, rule: DeviceRule & { devices: DeviceSet }): void {
  for (const [key, exception] of exceptions) {
    if ((exception.access & rule.access) === 0 || !overlaps(rule.devices, exception.devices)) continue;
    if (covers(rule.devices, exception.devices)) {
      // What is denied by name stays denied when more is allowed, the default rules for one: as the kernel has it, and runc.
      if (rule.allow && key !== keyOf(rule.devices)) continue;
      const access = exception.access & ~rule.access;
      if (access === 0) exceptions.delete(key);
      else exceptions.set(key, { ...exception, access });
    } else if (!rule.allow || covers(exception.devices, rule.devices)) {
      throw holeInRule(
        { allow: rule.allow, text: describeDevices(rule.devices, rule.access), pointer: rule.pointer },
        { text: describeDevices(exception.devices, exception.access), pointer: exception.pointer },
      );
    }
  }
}

/** One use of one device. */
export interface DeviceUse extends DeviceSet {
  /** Bits of ACCESS. */
  readonly access: number;
}

/** What the kernel answers to a use under this table. */
export function verdict({ allow, exceptions }: DeviceTable, use: DeviceUse): boolean {
  for (const { devices, access } of exceptions.values()) {
    if (covers(devices, use) && (allow ? (access & use.access) !== 0 : (use.access & ~access) === 0)) return !allow;
  }
  return allow;
}
