import { posix } from 'node:path';
import type { SpecIssue } from '@standpipe/errors';
import { S_IFBLK, S_IFCHR, S_IFIFO } from '@standpipe/syscalls';
import { type DeviceNode, type LinuxDevice, MAX_MAJOR, MAX_MINOR } from './device.js';
import { devicesInvalid } from './errors.js';

const types: Readonly<Record<string, number>> = { c: S_IFCHR, u: S_IFCHR, b: S_IFBLK, p: S_IFIFO };
const MAX_ID = 0xfffffffe;

/**
 * Checks `linux.devices` and turns it into nodes. `/dev/ptmx` is left out: it is always a link to the
 * container's own devpts.
 *
 * @throws SpecError with every issue found
 */
export function parseDevices(devices: readonly LinuxDevice[], pointer = '/linux/devices'): DeviceNode[] {
  const issues: SpecIssue[] = [];
  const nodes = devices.map((device, index) => parseDevice(device, `${pointer}/${String(index)}`, issues));
  if (issues.length > 0) throw devicesInvalid(issues);
  return nodes.filter(({ path }) => path !== '/dev/ptmx');
}

function parseDevice(device: LinuxDevice, pointer: string, issues: SpecIssue[]): DeviceNode {
  const wrong = (field: string, message: string, expected?: string): void => {
    issues.push({ pointer: `${pointer}/${field}`, message, expected });
  };
  const shown = JSON.stringify(device.path);

  const type = Object.hasOwn(types, device.type) ? types[device.type] : undefined;
  if (type === undefined) wrong('type', `device ${shown} is of the unknown type ${JSON.stringify(device.type)}`, 'one of c, u, b, p');

  const path = posix.normalize(device.path).replace(/(?<=.)\/$/, '');
  if (!posix.isAbsolute(path) || path === '/') wrong('path', `device path ${shown} names no file of the container`, 'an absolute path');
  else if (path.includes('\0')) wrong('path', `device path ${shown} holds a NUL`);
  else if (path.split('/').some((name) => Buffer.byteLength(name) > 255) || Buffer.byteLength(path) > 4095) {
    wrong('path', `device path ${shown.slice(0, 40)}… is too long`, 'names of at most 255 bytes, 4095 in all');
  }

  const fifo = type === S_IFIFO;
  const whole = (field: 'major' | 'minor' | 'fileMode' | 'uid' | 'gid', fallback: number, max: number): number => {
    const value = device[field] ?? fallback;
    if (Number.isInteger(value) && value >= 0 && value <= max) return value;
    wrong(field, `device ${shown} has the ${field} ${String(value)}`, `a whole number from 0 to ${String(max)}`);
    return 0;
  };
  return {
    path,
    type: type ?? S_IFCHR,
    major: fifo ? 0 : whole('major', 0, MAX_MAJOR),
    minor: fifo ? 0 : whole('minor', 0, MAX_MINOR),
    // Some producers pass st_mode, type bits and all.
    mode: whole('fileMode', 0o666, 0o177777) & 0o7777,
    uid: whole('uid', 0, MAX_ID),
    gid: whole('gid', 0, MAX_ID),
    pointer,
  };
}
