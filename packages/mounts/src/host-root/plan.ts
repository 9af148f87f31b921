import { AT, O, RESOLVE, S_IFREG } from '@standpipe/syscalls';
import { closeFd, here, jump, label, type Op, type Reg, reg, sys, words } from '@standpipe/program';
import { planReadOnlyBind } from './bind.js';
import type { HostTree } from './host-tree.js';
import { FSCONFIG, FSMOUNT_CLOEXEC, FSOPEN_CLOEXEC, MOUNT_ATTR, MOVE_MOUNT, MS_PRIVATE, OPEN_TREE_CLONE } from './mount-api.js';
import { type Ids, type IdMaps, idsOf } from './ids.js';
import { makeLayers, planOverlay } from './overlay.js';
import { choosePlaces, emptyFolders, type Place } from './places.js';

export interface HostRootInput {
  /** As `readHostTree` finds it. */
  readonly tree: HostTree;
  /** The maps of the container's own user namespace, when it has one. */
  readonly userNamespace?: IdMaps | undefined;
  /** How much may be written, as tmpfs takes it: half of the memory when left out. @man tmpfs(5) */
  readonly size?: string | undefined;
}

const MS_REC = 0x4000;

/**
 * Plans a root that is the host's own, with all that is written to it going to a tmpfs of the container
 * and vanishing with it. Runs in the container's mount namespace, before it pivots; `root` gets an fd of the
 * new root, which is mounted over `/` and so is a mount to pivot to.
 *
 * It is a tmpfs with an overlay for each folder of the host (see `choosePlaces`), not one overlay of the host's `/`:
 * that would hide what is mounted further below, and in a user namespace it can't be mounted.
 * /dev, /proc, /run, /sys and /tmp are empty. No set-user-ID bit and no device node has effect.
 *
 * The layers that are written to lie on the same tmpfs, beside the folder that becomes the root, in reach of nobody inside.
 */
export function planHostRoot(input: HostRootInput, { root }: { readonly root: Reg }): Op[] {
  const { tree, userNamespace, size = '50%' } = input;
  const ids = idsOf(userNamespace);
  const places = choosePlaces(tree, {
    mountsLocked: userNamespace !== undefined,
    isOwnable: ({ uid, gid }) => ids.uid(uid) !== undefined && ids.gid(gid) !== undefined,
  });
  const store = reg('written');
  const umask = reg('umask');
  return [
    // What is mounted on the host from now on would get into the trees bound here, and writable.
    sys('mount', [null, '/', null, MS_REC | MS_PRIVATE, null], { say: "part the container's mounts from the host's" }),
    sys('umask', [0], { to: umask }),
    ...planStore(size, store),
    sys('mkdirat', [store, 'root', 0o755], { say: 'make the new root' }),
    sys('open_tree', [store, 'root', OPEN_TREE_CLONE | O.CLOEXEC], { to: root, say: 'make the new root' }),
    sys('move_mount', [root, '', AT.FDCWD, '/', MOVE_MOUNT.F_EMPTY_PATH], { say: 'mount the new root' }),
    ...tree.entries.flatMap((entry) => {
      if (entry.type === 'link') return [sys('symlinkat', [entry.target, root, nameOf(entry.path)], { say: `make the link ${JSON.stringify(entry.path)}` })];
      if (entry.type === 'file') return planFile(entry.path, root);
      return emptyFolders.includes(entry.path) ? [makeFolder(root, entry)] : [];
    }),
    ...places.flatMap((place, index) => planPlace(place, String(index), { root, store, ids, inUserNamespace: userNamespace !== undefined })),
    sys('umask', [umask]),
    closeFd(store),
  ];
}

/** A tmpfs over `/`, below the new root: in reach by its fd until the old root goes. */
function planStore(size: string, store: Reg): Op[] {
  const fs = reg('tmpfs');
  const say = `mount a tmpfs of ${size} for what is written`;
  const set = (key: string, value: string): Op => sys('fsconfig', [fs, FSCONFIG.SET_STRING, key, value, 0], { say });
  return [
    sys('fsopen', ['tmpfs', FSOPEN_CLOEXEC], { to: fs, say }),
    set('source', 'standpipe'),
    set('mode', '0755'),
    set('size', size),
    sys('fsconfig', [fs, FSCONFIG.CMD_CREATE, null, null, 0], { say }),
    sys('fsmount', [fs, FSMOUNT_CLOEXEC, MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV], { to: store, say }),
    closeFd(fs),
    // A layer's mount must be attached somewhere in this namespace.
    sys('move_mount', [store, '', AT.FDCWD, '/', MOVE_MOUNT.F_EMPTY_PATH], { say }),
  ];
}

function nameOf(path: string): string {
  return path.slice(1);
}

function makeFolder(root: Reg, { path, mode }: { readonly path: string; readonly mode: number }): Op {
  return sys('mkdirat', [root, nameOf(path), mode], { say: `make the folder ${JSON.stringify(path)}` });
}

function planFile(path: string, root: Reg): Op[] {
  const from = reg('host file');
  const target = reg('file');
  const say = `bind the host's ${JSON.stringify(path)} read-only`;
  return [
    sys('openat', [AT.FDCWD, path, O.PATH | O.NOFOLLOW | O.CLOEXEC], { to: from, say }),
    sys('mknodat', [root, nameOf(path), S_IFREG | 0o444, 0], { say }),
    sys('openat', [root, nameOf(path), O.PATH | O.NOFOLLOW | O.CLOEXEC], { to: target, say }),
    ...planReadOnlyBind(path, false, { from, target }),
    closeFd(target),
    closeFd(from),
  ];
}

interface PlaceRegs {
  readonly root: Reg;
  readonly store: Reg;
  readonly ids: Ids;
  readonly inUserNamespace: boolean;
}

/** `name` is that of the layers' folder in the store. */
function planPlace(place: Place, name: string, { root, store, ids, inUserNamespace }: PlaceRegs): Op[] {
  const path = place.kind === 'overlay' ? place.folder.path : place.path;
  const from = reg('host folder');
  const target = reg('folder');
  const done = label(`${path} done`);
  const bound = label(`${path} bound`);
  const shown = JSON.stringify(path);
  // A mount that is gone by now, or that hides its way in from this user, leaves what lies below it.
  const unless = place.topLevel ? undefined : ({ errno: 'any', goto: done } as const);
  const open = (dirfd: Reg | number, to: Reg, resolve: number, say: string): Op =>
    sys('openat2', [dirfd, path, words('open_how', [O.PATH | O.CLOEXEC, 0, RESOLVE.NO_SYMLINKS | resolve]), 24], { to, say, unless });
  return [
    ...(place.topLevel ? [makeFolder(root, place.kind === 'overlay' ? place.folder : { path, mode: 0o755 })] : []),
    open(AT.FDCWD, from, 0, `open the host's ${shown}`),
    open(root, target, RESOLVE.IN_ROOT, `open ${shown} in the new root`),
    ...(place.kind === 'bind'
      ? planReadOnlyBind(path, place.recursive, { from, target })
      : [
          ...makeLayers(place.folder, name, store, ids),
          ...planOverlay({ source: path, name, userxattr: inUserNamespace, noexec: place.noexec, otherwise: bound }, { lower: from, store, target }),
          jump(done),
          here(bound),
          ...planReadOnlyBind(path, true, { from, target }),
        ]),
    here(done),
    closeFd(target),
    closeFd(from),
  ];
}
