import { type Check, distinct, list, map, object, required, type Shape } from '../check.js';
import { absolutePath, integer, oneOf } from '../values.js';

export const namespaceTypes = ['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time'] as const;
export type LinuxNamespaceType = (typeof namespaceTypes)[number];

const namespaceFields = {
  type: required(oneOf('kind of namespace', namespaceTypes)),
  /** Absolute path on the host of one to join. Left out, a new one is made. */
  path: absolutePath,
};

/** A namespace of the container. Kinds that are not listed stay the runtime's. */
export interface LinuxNamespace extends Shape<typeof namespaceFields> {}
const namespace: Check<LinuxNamespace> = object(namespaceFields);
export const namespaces: Check<readonly LinuxNamespace[]> = distinct(list(namespace), ({ type }) => type);

/** KTIME_SEC_MAX: seconds that the kernel's clocks can show. */
const MAX_SECONDS = 9_223_372_036;

const timeOffsetFields = {
  /** Seconds, negative ones too. 0 when left out. */
  secs: integer(-MAX_SECONDS, MAX_SECONDS),
  /** Nanoseconds, added to the seconds. 0 when left out. */
  nanosecs: integer(0, 999_999_999),
};

/** How far a clock of the container goes ahead of the host's. */
export interface LinuxTimeOffset extends Shape<typeof timeOffsetFields> {}
const timeOffset: Check<LinuxTimeOffset> = object(timeOffsetFields);

/** Offsets by clock. */
export type LinuxTimeOffsets = Readonly<Record<string, LinuxTimeOffset>>;
export const timeOffsets: Check<LinuxTimeOffsets> = map(oneOf('clock that has an offset', ['monotonic', 'boottime']), timeOffset);
