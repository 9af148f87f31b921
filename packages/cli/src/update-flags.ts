import { NotSupportedError } from '@standpipe/errors';
import { type LinuxResources, validateResources } from '@standpipe/oci-spec';
import { parseBytes, parseWhole } from './amounts.js';
import { type Invocation, text } from './command.js';

type Parse = (option: string, value: string) => number | bigint | string;

const bytes: Parse = (option, value) => (value === '-1' ? -1 : parseBytes(option, value));
const asIs: Parse = (_, value) => value;

/** Which flag is which field of linux.resources. */
const fields: readonly (readonly [flag: string, part: string, field: string, parse: Parse])[] = [
  ['memory', 'memory', 'limit', bytes],
  ['memory-reservation', 'memory', 'reservation', bytes],
  ['memory-swap', 'memory', 'swap', bytes],
  ['cpu-share', 'cpu', 'shares', parseWhole],
  ['cpu-period', 'cpu', 'period', parseWhole],
  ['cpu-quota', 'cpu', 'quota', parseWhole],
  ['cpu-burst', 'cpu', 'burst', parseWhole],
  ['cpu-idle', 'cpu', 'idle', parseWhole],
  ['cpu-rt-period', 'cpu', 'realtimePeriod', parseWhole],
  ['cpu-rt-runtime', 'cpu', 'realtimeRuntime', parseWhole],
  ['cpuset-cpus', 'cpu', 'cpus', asIs],
  ['cpuset-mems', 'cpu', 'mems', asIs],
  ['blkio-weight', 'blockIO', 'weight', parseWhole],
  ['pids-limit', 'pids', 'limit', parseWhole],
];

/** What the flags of `update` ask for. Pointers of a SpecError are into linux.resources. */
export function resourcesOf(invocation: Invocation): LinuxResources {
  const asked: Record<string, Record<string, unknown>> = {};
  for (const [flag, part, field, parse] of fields) {
    const value = text(invocation, flag);
    if (value !== undefined) asked[part] = { ...asked[part], [field]: parse(flag, value) };
  }
  return validateResources(asked).resources;
}

/** Whether any limit is named by a flag of its own. */
export function namesLimits(invocation: Invocation): boolean {
  return fields.some(([flag]) => text(invocation, flag) !== undefined);
}

/** @throws NotSupportedError for what Intel RDT would do */
export function refuseRdt(invocation: Invocation): void {
  const flag = ['l3-cache-schema', 'mem-bw-schema'].find((name) => text(invocation, name) !== undefined);
  if (flag !== undefined)
    throw new NotSupportedError(`--${flag} is not supported: there is no plugin for Intel RDT yet`, { feature: 'Intel RDT' });
}
