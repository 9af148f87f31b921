/** One thing that Landlock can deny. */
export interface Access {
  /** Bit in the kernel's mask. */
  readonly bit: number;
  /** The Landlock ABI that brought it. */
  readonly abi: number;
  /** Makes sense for a file; the others are about what is in a directory. */
  readonly ofFiles?: true;
}

/** LANDLOCK_ACCESS_FS_*, by the kernel's names. @man landlock(7) */
export const pathAccesses = {
  execute: { bit: 0, abi: 1, ofFiles: true },
  write_file: { bit: 1, abi: 1, ofFiles: true },
  read_file: { bit: 2, abi: 1, ofFiles: true },
  read_dir: { bit: 3, abi: 1 },
  remove_dir: { bit: 4, abi: 1 },
  remove_file: { bit: 5, abi: 1 },
  make_char: { bit: 6, abi: 1 },
  make_dir: { bit: 7, abi: 1 },
  make_reg: { bit: 8, abi: 1 },
  make_sock: { bit: 9, abi: 1 },
  make_fifo: { bit: 10, abi: 1 },
  make_block: { bit: 11, abi: 1 },
  make_sym: { bit: 12, abi: 1 },
  refer: { bit: 13, abi: 2 },
  truncate: { bit: 14, abi: 3, ofFiles: true },
  ioctl_dev: { bit: 15, abi: 5, ofFiles: true },
} as const satisfies Readonly<Record<string, Access>>;

/** LANDLOCK_ACCESS_NET_*: of TCP. */
export const portAccesses = {
  bind_tcp: { bit: 0, abi: 4 },
  connect_tcp: { bit: 1, abi: 4 },
} as const satisfies Readonly<Record<string, Access>>;

/** LANDLOCK_SCOPE_*: what can't be reached outside of the confined processes. */
export const scopes = {
  abstract_unix_socket: { bit: 0, abi: 6 },
  signal: { bit: 1, abi: 6 },
} as const satisfies Readonly<Record<string, Access>>;

export type PathAccess = keyof typeof pathAccesses;
export type PortAccess = keyof typeof portAccesses;
export type Scope = keyof typeof scopes;

/** Words for several at once. Making device nodes is in none of them. */
export const pathGroups = {
  read: ['read_file', 'read_dir'],
  write: ['write_file', 'truncate', 'remove_dir', 'remove_file', 'make_dir', 'make_reg', 'make_sock', 'make_fifo', 'make_sym', 'refer'],
} as const satisfies Readonly<Record<string, readonly PathAccess[]>>;

export type PathGroup = keyof typeof pathGroups;

/** The kernel that brought an ABI, for words. ABI 7 is about the audit log. */
export const kernelOfAbi: Readonly<Record<number, string>> = { 1: '5.13', 2: '5.19', 3: '6.2', 4: '6.7', 5: '6.10', 6: '6.12', 7: '6.15' };

/** The mask of those that a kernel of this ABI knows. */
export function maskOf(accesses: Iterable<Access>, abi: number): bigint {
  let mask = 0n;
  for (const access of accesses) if (access.abi <= abi) mask |= 1n << BigInt(access.bit);
  return mask;
}
