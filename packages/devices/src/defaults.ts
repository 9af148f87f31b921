import { S_IFCHR } from '@standpipe/syscalls';
import type { DeviceNode } from './device.js';

function memory(name: string, minor: number, major = 1): DeviceNode {
  return { path: `/dev/${name}`, type: S_IFCHR, major, minor, mode: 0o666, uid: 0, gid: 0, pointer: undefined };
}

/**
 * The nodes that every Linux container has, but for `/dev/console` and `/dev/ptmx`, which are of the
 * terminal. @see https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#default-devices
 */
export const defaultNodes: readonly DeviceNode[] = [
  memory('null', 3),
  memory('zero', 5),
  memory('full', 7),
  memory('random', 8),
  memory('urandom', 9),
  memory('tty', 0, 5),
];

/** A symbolic link in /dev. */
export interface DefaultLink {
  readonly name: string;
  readonly target: string;
  /** Made only when the host has this file: a kernel without /proc/kcore would leave a link to nowhere. */
  readonly onlyIf?: string;
  /** Replaces whatever lies there; other links leave it alone. */
  readonly replaces?: boolean;
}

/** The links that every Linux container has in /dev. `ptmx` leads to the container's own devpts, so it replaces a node of the image's. */
export const defaultLinks: readonly DefaultLink[] = [
  { name: 'fd', target: '/proc/self/fd' },
  { name: 'stdin', target: '/proc/self/fd/0' },
  { name: 'stdout', target: '/proc/self/fd/1' },
  { name: 'stderr', target: '/proc/self/fd/2' },
  { name: 'core', target: '/proc/kcore', onlyIf: '/proc/kcore' },
  { name: 'ptmx', target: 'pts/ptmx', replaces: true },
];
