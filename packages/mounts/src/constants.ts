/** What a mount does, whatever is mounted. @man mount_setattr(2) */
export const MOUNT_ATTR = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  /** Mask of the three ways to keep access times; RELATIME is none of its bits. */
  ATIME: 0x70,
  RELATIME: 0x0,
  NOATIME: 0x10,
  STRICTATIME: 0x20,
  NODIRATIME: 0x80,
  IDMAP: 0x100000,
  /** @kernel 5.14 */
  NOSYMFOLLOW: 0x200000,
} as const;

/** How mounts and unmounts spread between a mount and its copies. @man mount_namespaces(7) */
export const PROPAGATION = { UNBINDABLE: 0x20000, PRIVATE: 0x40000, SLAVE: 0x80000, SHARED: 0x100000 } as const;

/** @man fsopen(2), fspick(2), fsmount(2): they all number it 1. */
export const FS_CLOEXEC = 1;

/** @man fspick(2) */
export const FSPICK_EMPTY_PATH = 0x8;

/** @man fsconfig(2) */
export const FSCONFIG = { SET_FLAG: 0, SET_STRING: 1, CMD_CREATE: 6, CMD_RECONFIGURE: 7 } as const;

/** The kernel takes no longer value of one option, counted without its NUL. */
export const FSCONFIG_MAX_VALUE = 255;

/** @man open_tree(2) */
export const OPEN_TREE_CLONE = 1;

/** Both sides of move_mount(2) are the very fds. */
export const MOVE_FD_TO_FD = 0x4 | 0x40;
/** The mount is the very fd; the target is a path, whose last component is never followed. */
export const MOVE_FD_TO_PATH = 0x4;

/** @man umount2(2) */
export const MNT_DETACH = 2;
