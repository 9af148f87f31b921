import { type Check, list, object, shown, type Shape, where } from '../check.js';
import { name } from '../values.js';

/** capabilities(7), in the kernel's order. @kernel 5.9 for the last of them */
export const capabilityNames = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_LINUX_IMMUTABLE',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_BROADCAST',
  'CAP_NET_ADMIN',
  'CAP_NET_RAW',
  'CAP_IPC_LOCK',
  'CAP_IPC_OWNER',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_SYS_PACCT',
  'CAP_SYS_ADMIN',
  'CAP_SYS_BOOT',
  'CAP_SYS_NICE',
  'CAP_SYS_RESOURCE',
  'CAP_SYS_TIME',
  'CAP_SYS_TTY_CONFIG',
  'CAP_MKNOD',
  'CAP_LEASE',
  'CAP_AUDIT_WRITE',
  'CAP_AUDIT_CONTROL',
  'CAP_SETFCAP',
  'CAP_MAC_OVERRIDE',
  'CAP_MAC_ADMIN',
  'CAP_SYSLOG',
  'CAP_WAKE_ALARM',
  'CAP_BLOCK_SUSPEND',
  'CAP_AUDIT_READ',
  'CAP_PERFMON',
  'CAP_BPF',
  'CAP_CHECKPOINT_RESTORE',
] as const;
const known: readonly string[] = capabilityNames;

const names: Check<readonly string[]> = list(
  where(name({ maxBytes: 255 }), (value, at, report) => {
    if (!known.includes(value))
      report.warn(at, `${shown(value)} is no capability: it can't be granted`, 'a name of capabilities(7), such as CAP_CHOWN');
  }),
);

const capabilitiesFields = {
  /** The most that an execve(2) can give. */
  bounding: names,
  /** What the kernel's checks look at. */
  effective: names,
  /** What is kept across execve(2) of files that say so. */
  inheritable: names,
  /** What the effective set may have. */
  permitted: names,
  /** What is kept across execve(2) of other files. */
  ambient: names,
};

/** The five sets. One that is left out is empty. Names that can't be granted are warned of, not refused. */
export interface LinuxCapabilities extends Shape<typeof capabilitiesFields> {}
export const capabilities: Check<LinuxCapabilities> = object(capabilitiesFields);
