import { AT } from '@standpipe/syscalls';
import { type Buf, buf, closeFd, format, type Label, type Op, type Reg, sys } from '@standpipe/program';
import { FS_CLOEXEC, FSCONFIG, FSCONFIG_MAX_VALUE, MOUNT_ATTR } from '../constants.js';
import { attach } from '../fd.js';
import type { HostFolder } from './host-tree.js';
import type { Ids } from './ids.js';

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

/** `lower` and `context` stay open. */
export interface OverlayRegs {
  readonly lower: Reg;
  readonly store: Reg;
  readonly target: Reg;
  readonly context: Reg;
  readonly tree: Reg;
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
export function planOverlay(settings: OverlaySettings, { lower, store, target, context, tree }: OverlayRegs): Op[] {
  const { source, name, userxattr, noexec, otherwise } = settings;
  const layer = buf('layer', 64);
  const say = `mount an overlay over the host's ${JSON.stringify(source)}`;
  const notes = { say, unless: { errno: 'any', goto: otherwise } } as const;
  const set = (key: string, value: string | Buf): Op => sys('fsconfig', [context, FSCONFIG.SET_STRING, key, value, 0], notes);
  const setLayer = (key: string, parts: (string | Reg)[]): Op[] => [format(layer, ['/proc/self/fd/', ...parts]), set(key, layer)];
  return [
    sys('fsopen', ['overlay', FS_CLOEXEC], { to: context, ...notes }),
    set('source', Buffer.byteLength(source) > FSCONFIG_MAX_VALUE ? 'overlay' : source),
    ...setLayer('lowerdir', [lower]),
    ...setLayer('upperdir', [store, `/${name}/upper`]),
    ...setLayer('workdir', [store, `/${name}/work`]),
    ...(userxattr ? [sys('fsconfig', [context, FSCONFIG.SET_FLAG, 'userxattr', null, 0], notes)] : []),
    sys('fsconfig', [context, FSCONFIG.CMD_CREATE, null, null, 0], notes),
    sys('fsmount', [context, FS_CLOEXEC, MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV | (noexec ? MOUNT_ATTR.NOEXEC : 0)], { to: tree, say }),
    attach(tree, target, { say }),
    closeFd(tree),
  ];
}
