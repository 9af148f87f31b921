import { type Check, list, map, object, required, type Shape } from '../check.js';
import { absolutePath, name, oneOf, path, text } from '../values.js';
import { devices } from './devices.js';
import { idMappings } from './id-mappings.js';
import { intelRdt } from './intel-rdt.js';
import { memoryPolicy } from './memory-policy.js';
import { type LinuxNamespace, type LinuxNamespaceType, namespaces, timeOffsets } from './namespaces.js';
import { netDevices } from './net-devices.js';
import { resources } from './resources.js';
import { seccomp } from './seccomp.js';

export const personalityDomains = ['LINUX', 'LINUX32'] as const;
export type LinuxPersonalityDomain = (typeof personalityDomains)[number];

const personalityFields = {
  /** LINUX32 lets uname(2) show a 32-bit machine. */
  domain: required(oneOf('execution domain', personalityDomains)),
  /** The specification has none yet. */
  flags: list(oneOf('flag of a personality', [])),
};
/** `linux.personality`: what personality(2) is to set. */
export interface LinuxPersonality extends Shape<typeof personalityFields> {}
const personality: Check<LinuxPersonality> = object(personalityFields);

/** The specification's four, and the recursive forms that clients send and runc takes. */
export const rootfsPropagations = ['private', 'shared', 'slave', 'unbindable', 'rprivate', 'rshared', 'rslave', 'runbindable'] as const;
export type RootfsPropagation = (typeof rootfsPropagations)[number];

/** Slashes or dots between names, none of them empty: a key is a path below /proc/sys and must stay there. */
const sysctlKey = name({
  maxBytes: 1023,
  must: {
    hold: (value) => value.split(/[./]/).every((part) => part !== '' && !/\s/.test(part)),
    wrong: 'is no kernel parameter',
    expected: 'names with dots between, such as net.ipv4.ip_forward',
  },
});

const linuxFields = {
  namespaces,
  /** User ids of a new user namespace. */
  uidMappings: idMappings,
  /** Group ids of a new user namespace. */
  gidMappings: idMappings,
  /** Of a new time namespace. */
  timeOffsets,
  devices,
  /** Network devices of the host that move in, by name. */
  netDevices,
  /** Where the container's cgroup is, below the mount points of the hierarchies, or `slice:prefix:name` with systemd. */
  cgroupsPath: path,
  resources,
  intelRdt,
  memoryPolicy,
  /** Kernel parameters, by key. */
  sysctl: map(sysctlKey, text()),
  seccomp,
  rootfsPropagation: oneOf('mount propagation', rootfsPropagations),
  /** Absolute paths in the container that are made unreadable. */
  maskedPaths: list(absolutePath),
  /** Absolute paths in the container that are made read-only. */
  readonlyPaths: list(absolutePath),
  /** SELinux context of the container's mounts. */
  mountLabel: name({ maxBytes: 4095 }),
  personality,
};

/** `linux`: what only Linux has. */
export interface Linux extends Shape<typeof linuxFields> {}

export const linux: Check<Linux> = object(linuxFields, (rule) => [
  ...(['uidMappings', 'gidMappings'] as const).map((field) =>
    rule(['namespaces', field], (value, at, report) => {
      const mappings = value[field];
      if (mappings !== undefined && mappings.length > 0 && !has(value.namespaces, 'user')) {
        report.issue(`${at}/${field}`, 'there is no user namespace to map ids in', 'a namespace of type "user"');
      }
    }),
  ),
  rule(['namespaces', 'timeOffsets'], ({ namespaces, timeOffsets = {} }, at, report) => {
    const created = namespaces?.some(({ type, path }) => type === 'time' && path === undefined) === true;
    if (Object.keys(timeOffsets).length > 0 && !created) {
      report.issue(`${at}/timeOffsets`, 'clocks have offsets only in a new time namespace', 'a namespace of type "time", without a path');
    }
  }),
  rule(['namespaces', 'netDevices'], ({ namespaces, netDevices = {} }, at, report) => {
    if (Object.keys(netDevices).length > 0 && !has(namespaces, 'network')) {
      report.issue(`${at}/netDevices`, 'there is no network namespace to move devices to', 'a namespace of type "network"');
    }
  }),
]);

/** Whether the container has a namespace of its own of a kind, new or joined. */
export function has(namespaces: readonly LinuxNamespace[] | undefined, kind: LinuxNamespaceType): boolean {
  return namespaces?.some(({ type }) => type === kind) === true;
}
