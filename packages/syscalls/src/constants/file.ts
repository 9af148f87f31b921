/** The type bits of a mode. */
export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;

/** What statx(2) is asked for, and says it answered. @kernel MNT_ID 5.8, MNT_ID_UNIQUE 6.8 */
export const STATX = {
  TYPE: 0x1,
  MODE: 0x2,
  NLINK: 0x4,
  UID: 0x8,
  GID: 0x10,
  INO: 0x100,
  SIZE: 0x200,
  BASIC_STATS: 0x7ff,
  MNT_ID: 0x1000,
  MNT_ID_UNIQUE: 0x4000,
} as const;

/** Flags of renameat2(2). @kernel 3.15 */
export const RENAME = { NOREPLACE: 0x1, EXCHANGE: 0x2, WHITEOUT: 0x4 } as const;

/** `f_type` of the filesystems that are told apart here. */
export const FS_MAGIC = {
  PROC: 0x9fa0,
  SYSFS: 0x62656572,
  TMPFS: 0x01021994,
  CGROUP: 0x27e0eb,
  CGROUP2: 0x63677270,
  DEVPTS: 0x1cd1,
  NSFS: 0x6e736673,
  OVERLAYFS: 0x794c7630,
} as const;
