import { buf, closeFd, format, type Label, type Op, type Reg, reg, sys } from '@standpipe/program';
import { AT } from '@standpipe/syscalls';
import type { HostFolder } from './host-tree.js';
import type { Ids } from './ids.js';
import { FSCONFIG, FSMOUNT_CLOEXEC, FSOPEN_CLOEXEC, MOUNT_ATTR, MOVE_MOUNT } from './mount-api.js';

export interface OverlaySettings {
  /** What it is called in mountinfo; for people. */
  readonly source: string;
  /** Folder of `makeLayers`. */
  readonly name: string;
  /** In a user namespace overlayfs keeps its notes in user.* attributes: trusted.* ones are the host's. */
  readonly userxattr: boolean;
  readonly noexec: boolean;
  /** Where to go on when this folder can't be a layer: its filesystem is none that can, or has too many layers below it. */
  readonly otherwise: Label;
}

/** `lower` stays open, for what comes `otherwise`. */
export interface OverlayRegs {
  readonly lower: Reg;
  readonly store: Reg;
  readonly target: Reg;
}

/**
 * Makes the folders that an overlay writes to. Its root looks like the upper one, so that one looks like
 * the host's: but an owner who has no id in the container's user namespace can't be given, and the container's own stands in.
 */
export function makeLayers({ path, mode, uid, gid }: HostFolder, name: string, store: Reg, ids: Ids): Op[] {
  const say = `make the folders that what is written to ${JSON.stringify(path)} goes to`;
  const upper = `${name}/upper`;
  return [
    sys('mkdirat', [store, name, 0o755], { say }),
    sys('mkdirat', [store, `${name}/work`, 0o700], { say }),
    sys('mkdirat', [store, upper, mode], { say }),
    sys('fchownat', [store, upper, ids.uid(uid) ?? -1, ids.gid(gid) ?? -1, AT.SYMLINK_NOFOLLOW], { say }),
    // mkdir leaves the set-group-ID bit out.
    ...((mode & 0o6000) === 0 ? [] : [sys('fchmodat', [store, upper, mode], { say })]),
  ];
}

/**
 * Mounts an overlay on `target`. The layers are named by way of /proc/self/fd, so what was opened is what is mounted,
 * and no name has to be escaped.
 *
 * @kernel 5.2; in a user namespace 5.11
 */
export function planOverlay(settings: OverlaySettings, { lower, store, target }: OverlayRegs): Op[] {
  const { source, name, userxattr, noexec, otherwise } = settings;
  const fs = reg('overlay');
  const mount = reg('overlay mount');
  const path = buf('layer', 64 + name.length);
  const unless = { errno: 'any', goto: otherwise } as const;
  const say = `mount an overlay over the host's ${JSON.stringify(source)}`;
  const layer = (key: string, parts: (string | Reg)[]): Op[] => [
    format(path, ['/proc/self/fd/', ...parts]),
    sys('fsconfig', [fs, FSCONFIG.SET_STRING, key, path, 0], { say, unless }),
  ];
  return [
    sys('fsopen', ['overlay', FSOPEN_CLOEXEC], { to: fs, say, unless }),
    sys('fsconfig', [fs, FSCONFIG.SET_STRING, 'source', source, 0], { say, unless }),
    ...layer('lowerdir', [lower]),
    ...layer('upperdir', [store, `/${name}/upper`]),
    ...layer('workdir', [store, `/${name}/work`]),
    ...(userxattr ? [sys('fsconfig', [fs, FSCONFIG.SET_FLAG, 'userxattr', null, 0], { say, unless })] : []),
    sys('fsconfig', [fs, FSCONFIG.CMD_CREATE, null, null, 0], { say, unless }),
    sys('fsmount', [fs, FSMOUNT_CLOEXEC, MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV | (noexec ? MOUNT_ATTR.NOEXEC : 0)], { to: mount, say }),
    sys('move_mount', [mount, '', target, '', MOVE_MOUNT.F_EMPTY_PATH | MOVE_MOUNT.T_EMPTY_PATH], { say }),
    closeFd(mount),
    closeFd(fs),
  ];
}
