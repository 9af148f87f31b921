import { readFileSync } from 'node:fs';
import { malformedStatus } from './errors.js';
import { type CapabilityMask, parseMask } from './mask.js';
import type { CapabilitySets, SetName } from './sets.js';

const fields: Readonly<Record<SetName, string>> = {
  bounding: 'CapBnd',
  effective: 'CapEff',
  permitted: 'CapPrm',
  inheritable: 'CapInh',
  ambient: 'CapAmb',
};

/** Parses the five sets out of a /proc/PID/status. @man proc_pid_status(5) */
export function parseStatus(text: string, path = '/proc/PID/status'): CapabilitySets {
  const read = (name: SetName): CapabilityMask => {
    const match = new RegExp(`^${fields[name]}:\\s*([0-9a-f]+)$`, 'm').exec(text);
    if (match?.[1] === undefined) throw malformedStatus(path, fields[name]);
    return parseMask(match[1]);
  };
  return {
    bounding: read('bounding'),
    effective: read('effective'),
    permitted: read('permitted'),
    inheritable: read('inheritable'),
    ambient: read('ambient'),
  };
}

/** Reads the capability sets of a process, or of this one. */
export function readCapabilities(pid: number | 'self' = 'self'): CapabilitySets {
  const path = `/proc/${String(pid)}/status`;
  return parseStatus(readFileSync(path, 'latin1'), path);
}

/** Reads the number of the newest capability that the running kernel has. @kernel 3.2 */
export function readLastCap(): number {
  return Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'latin1').trim());
}
