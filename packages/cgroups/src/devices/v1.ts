import type { CgroupWrite } from '../write.js';
import { deviceListUnreadable } from './errors.js';
import { ANY, describeDevices, parseAccess } from './rule.js';
import { type DeviceException, type DeviceTable, keyOf } from './table.js';

/** What sets a cgroup v1 to a table. */
export interface DeviceWrites {
  /** In the order in which they must be made. */
  readonly writes: readonly CgroupWrite[];
  /**
   * Between two of the writes everything is allowed, since v1 can't go from a list of what is allowed to one of what is denied in a single
   * step. Whatever runs in the cgroup has to be frozen meanwhile.
   */
  readonly opensAll: boolean;
}

/**
 * Reads devices.list: what a cgroup allows now. One that allows all but some devices doesn't tell which: it reads as if it
 * allowed all.
 *
 * @throws PlumbingError `CGROUP_DEVICES_UNREADABLE`
 */
export function parseDeviceList(text: string): DeviceTable {
  let allow = false;
  const exceptions = new Map<string, DeviceException>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, type, majorText = '', minorText = '', accessText = ''] = /^([abc]) (\*|\d+):(\*|\d+) ([rwm]+)$/.exec(line) ?? [];
    const access = parseAccess(accessText);
    if (type === undefined || access === undefined) throw deviceListUnreadable(line);
    if (type === 'a') {
      allow = true;
      continue;
    }
    const number = (value: string): number => (value === '*' ? ANY : Number(value));
    const devices = { type: type === 'b' ? ('b' as const) : ('c' as const), major: number(majorText), minor: number(minorText) };
    exceptions.set(keyOf(devices), { devices, access, pointer: '' });
  }
  return allow ? { allow, exceptions: new Map() } : { allow, exceptions };
}

/**
 * Plans the least writes from the table that a cgroup has to the one it shall have. What is to go goes first, so that nothing is
 * allowed on the way that is allowed neither before nor after, unless `opensAll` says so. Where the present one isn't known, everything
 * is denied at first.
 */
export function planTransition(present: DeviceTable | undefined, wanted: DeviceTable, pointer: string): DeviceWrites {
  // What a cgroup that allows all denies is not in its devices.list, so that it is started afresh.
  const afresh = present === undefined || present.allow || wanted.allow;
  const before = afresh ? new Map<string, DeviceException>() : present.exceptions;
  const writes: CgroupWrite[] = afresh ? [write(wanted.allow, 'a', pointer)] : [];
  for (const [key, { devices, access }] of sorted(before)) {
    const dropped = access & ~(wanted.exceptions.get(key)?.access ?? 0);
    if (dropped !== 0) writes.push(write(wanted.allow, describeDevices(devices, dropped), pointer));
  }
  for (const [key, exception] of sorted(wanted.exceptions)) {
    const gained = exception.access & ~(before.get(key)?.access ?? 0);
    if (gained !== 0) writes.push(write(!wanted.allow, describeDevices(exception.devices, gained), exception.pointer));
  }
  return { writes, opensAll: wanted.allow && wanted.exceptions.size > 0 };
}

function write(allow: boolean, value: string, pointer: string): CgroupWrite {
  return { controller: 'devices', version: 1, file: allow ? 'devices.allow' : 'devices.deny', value, pointer };
}

/** By number, so that one table always makes the same writes. Not by localeCompare, whose first call takes longer than all the rest. */
function sorted(exceptions: ReadonlyMap<string, DeviceException>): readonly (readonly [string, DeviceException])[] {
  return [...exceptions].sort(
    ([, { devices: a }], [, { devices: b }]) => a.major - b.major || a.minor - b.minor || Number(a.type > b.type) - Number(a.type < b.type),
  );
}
