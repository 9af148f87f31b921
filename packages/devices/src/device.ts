import { S_IFBLK, S_IFIFO } from '@standpipe/syscalls';

/** A device as `linux.devices` of config.json declares it. */
export interface LinuxDevice {
  /** `c` and `u` are character devices, `b` block devices, `p` fifos. */
  readonly type: string;
  /** Absolute path in the container. */
  readonly path: string;
  /** Not for fifos. */
  readonly major?: number | undefined;
  readonly minor?: number | undefined;
  /** Permissions; 0666 when left out. */
  readonly fileMode?: number | undefined;
  /** Owner, as the container sees it; 0 when left out. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** A device node that is to be: checked, and with the kernel's own numbers. */
export interface DeviceNode {
  /** Absolute, without `.`, `..` or doubled slashes. */
  readonly path: string;
  /** S_IFCHR, S_IFBLK or S_IFIFO. */
  readonly type: number;
  readonly major: number;
  readonly minor: number;
  /** Permissions alone, exact: no umask takes from them. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** JSON pointer to what asked for it; undefined for the default ones. */
  readonly pointer: string | undefined;
}

/** The kernel's limits of a device number. */
export const MAX_MAJOR = 0xfff;
export const MAX_MINOR = 0xfffff;

/** A device number as mknodat(2) takes it: 12 bits of major between the low 8 and the high 12 of minor. */
export function deviceNumber(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** `character device 1:3`, `fifo`: how sentences speak of a node. */
export function describeNode({ type, major, minor }: Pick<DeviceNode, 'type' | 'major' | 'minor'>): string {
  if (type === S_IFIFO) return 'fifo';
  return `${type === S_IFBLK ? 'block' : 'character'} device ${String(major)}:${String(minor)}`;
}
