import { type Check, list, object, required, type Shape } from '../check.js';
import { absolutePath, boolean, id, integer, name, oneOf } from '../values.js';

/** The kernel's device numbers have 12 and 20 bits. */
const MAX_MAJOR = 0xfff;
const MAX_MINOR = 0xfffff;
export const major: Check<number> = integer(0, MAX_MAJOR);
export const minor: Check<number> = integer(0, MAX_MINOR);

export const deviceTypes = ['c', 'b', 'u', 'p'] as const;

const deviceFields = {
  /** `c` and `u` are character devices, `b` block devices, `p` fifos. */
  type: required(oneOf('type of device', deviceTypes)),
  /** Absolute, in the container; anywhere, not in /dev alone. */
  path: required(absolutePath),
  /** Required but for fifos. */
  major,
  /** Required but for fifos. */
  minor,
  /** Permissions, in decimal as all JSON is. Some producers add the type's bits of st_mode. */
  fileMode: integer(0, 0o177777),
  /** Owner as the container sees it; 0 when left out. */
  uid: id,
  /** Group as the container sees it; 0 when left out. */
  gid: id,
};

/** A device node that is to be in the container. */
export interface LinuxDevice extends Shape<typeof deviceFields> {}

const device: Check<LinuxDevice> = object(deviceFields, (rule) =>
  (['major', 'minor'] as const).map((field) =>
    rule(['type', field], (value, at, report) => {
      if (value.type !== 'p' && value[field] === undefined)
        report.issue(`${at}/${field}`, 'is missing', 'the number of a device, unless its type is p');
    }),
  ),
);

export const devices: Check<readonly LinuxDevice[]> = list(device);

/** -1, which clients send for "all", or a number that the cgroup's file takes. */
const ruleNumber = integer(-1, 2 ** 32 - 1);

const deviceCgroupFields = {
  /** Allowed or denied. */
  allow: required(boolean),
  /** `a` for all, which is so when left out. */
  type: oneOf('type of device', ['a', 'c', 'b']),
  /** All when left out or -1. */
  major: ruleNumber,
  /** All when left out or -1. */
  minor: ruleNumber,
  /** Of `r` (read), `w` (write) and `m` (mknod). */
  access: name({ must: { hold: (value) => /^[rwm]{1,3}$/.test(value), wrong: 'is no access', expected: 'letters of rwm' } }),
};

/** A rule of the device controller. They apply in the order of their list. */
export interface LinuxDeviceCgroup extends Shape<typeof deviceCgroupFields> {}
const deviceCgroup: Check<LinuxDeviceCgroup> = object(deviceCgroupFields);
export const deviceRules: Check<readonly LinuxDeviceCgroup[]> = list(deviceCgroup);
