import { AT } from '../constants/open.js';
import { STATX } from '../constants/file.js';
import { check } from '../failed-call.js';
import { syscallNumber } from '../numbers.js';
import type { SyscallPort } from '../port.js';

/** What statx(2) says of a file. */
export interface Statx {
  /** STATX.* of the fields that the kernel filled. */
  readonly mask: number;
  /** Type and permission bits. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  /** A bigint: overlayfs and others use the top bits. */
  readonly ino: bigint;
  readonly size: number;
  /** Device that this file is, for device nodes. */
  readonly rdevMajor: number;
  readonly rdevMinor: number;
  /** Device that this file is on. */
  readonly devMajor: number;
  readonly devMinor: number;
  /** Mount that the path led to, as in mountinfo; undefined before 5.8. */
  readonly mntId: number | undefined;
  /** Whether it is the root of a mount; undefined where the filesystem doesn't say. */
  readonly mountRoot: boolean | undefined;
}

const ATTR_MOUNT_ROOT = 0x2000n;
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * @man statx(2)
 * @kernel 4.11; mntId and mountRoot 5.8
 */
export function statx(
  port: SyscallPort,
  dirfd: number,
  path: string,
  flags: number,
  mask: number = STATX.BASIC_STATS | STATX.MNT_ID,
): Statx {
  const buffer = new Uint8Array(256);
  const args = [dirfd, path, flags, mask, buffer] as const;
  check(port.syscall(syscallNumber('statx', port.arch), ...args), { syscall: 'statx', args, path });
  return decodeStatx(buffer);
}

/** statx(2) of an open file, O_PATH included. */
export function fstat(port: SyscallPort, fd: number): Statx {
  return statx(port, fd, '', AT.EMPTY_PATH);
}

function decodeStatx(bytes: Uint8Array): Statx {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const u32 = (offset: number): number => view.getUint32(offset, littleEndian);
  const u64 = (offset: number): bigint => view.getBigUint64(offset, littleEndian);
  const mask = u32(0);
  return {
    mask,
    mode: view.getUint16(28, littleEndian),
    nlink: u32(16),
    uid: u32(20),
    gid: u32(24),
    ino: u64(32),
    size: Number(u64(40)),
    rdevMajor: u32(128),
    rdevMinor: u32(132),
    devMajor: u32(136),
    devMinor: u32(140),
    mntId: (mask & STATX.MNT_ID) === 0 ? undefined : Number(u64(144)),
    mountRoot: (u64(56) & ATTR_MOUNT_ROOT) === 0n ? undefined : (u64(8) & ATTR_MOUNT_ROOT) !== 0n,
  };
}

/**
 * The magic number (FS_MAGIC.*) of the filesystem that an open file is on.
 *
 * @man fstatfs(2)
 */
export function fstatfsType(port: SyscallPort, fd: number): number {
  const buffer = new Uint8Array(128);
  const args = [fd, buffer] as const;
  check(port.syscall(syscallNumber('fstatfs', port.arch), ...args), { syscall: 'fstatfs', args });
  const view = new DataView(buffer.buffer);
  // The first word is a long, but for s390x where it is an int. Every magic fits in 32 bits.
  return port.arch === 's390x' ? view.getUint32(0, false) : Number(view.getBigUint64(0, littleEndian) & 0xffff_ffffn);
}
