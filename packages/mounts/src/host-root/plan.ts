import { AT, O, RESOLVE, S_IFREG } from '@standpipe/syscalls';
import { buf, closeFd, format, here, jump, label, type Op, type Reg, reg, set, sys, words } from '@standpipe/program';
import { setattr } from '../attributes.js';
import { MNT_DETACH, MOUNT_ATTR, MOVE_FD_TO_PATH, PROPAGATION } from '../constants.js';
import { makeFilesystem } from '../fsconfig.js';
import { planReadOnlyBind } from './bind.js';
import type { HostEntry, HostTree } from './host-tree.js';
import { type IdMaps, type Ids, idsOf } from './ids.js';
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

/**
 * Plans a root that is the host's own, with all that is written to it going to a tmpfs of the container
 * and vanishing with it. Runs in the container's mount namespace, before it pivots; `root` gets an fd of the
 * new root, which is mounted over `/` and so is a mount to pivot to.
 *
 * It is a tmpfs with an overlay for each folder of the host (see `choosePlaces`), not one overlay of the host's `/`:
 * that would hide what is mounted further below, and in a user namespace it can't be mounted.
 * /dev, /proc, /run, /sys and /tmp are empty. No set-user-ID bit and no device node has effect.
 */
export function planHostRoot(input: HostRootInput, { root }: { readonly root: Reg }): Op[] {
  const { tree, userNamespace, size = '50%' } = input;
  const ids = idsOf(userNamespace);
  const places = choosePlaces(tree, {
    mountsLocked: userNamespace !== undefined,
    isOwnable: ({ uid, gid }) => ids.uid(uid) !== undefined && ids.gid(gid) !== undefined,
  });
  const umask = reg('umask');
  const scratch = { from: reg('host folder'), target: reg('folder'), tree: reg('tree'), context: reg('overlay') };
  return [
    // What is mounted on the host from now on would get into the trees bound here, and writable.
    setattr(AT.FDCWD, { path: '/', propagation: PROPAGATION.PRIVATE, recursive: true, say: "part the container's mounts from the host's" }),
    sys('umask', [0], { to: umask }),
    ...planTmpfs(size, root, 'mount a tmpfs as the new root'),
    sys('move_mount', [root, '', AT.FDCWD, '/', MOVE_FD_TO_PATH], { say: 'mount the new root' }),
    ...tree.entries.flatMap((entry) => planEntry(entry, { root, ...scratch })),
    ...planPlaces(places, { size, ids, inUserNamespace: userNamespace !== undefined }, { root, ...scratch }),
    sys('umask', [umask]),
  ];
}

/** The new root, and what the places use one after the other, so that hundreds of them need no more. */
interface Regs {
  readonly root: Reg;
  readonly from: Reg;
  readonly target: Reg;
  readonly tree: Reg;
  readonly context: Reg;
}

function planTmpfs(size: string, to: Reg, say: string): Op[] {
  const data = Object.entries({ mode: '0755', size }).map(([key, value]) => ({ key, value }));
  return makeFilesystem({
    type: 'tmpfs',
    source: 'standpipe',
    data,
    attributes: MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV,
    context: reg('tmpfs'),
    to,
    say,
  });
}

/** What is no place: links, files, and the folders that stay empty. */
function planEntry(entry: HostEntry, regs: Regs): Op[] {
  const { root, from, target } = regs;
  const name = nameOf(entry.path);
  const shown = JSON.stringify(entry.path);
  if (entry.type === 'folder') return emptyFolders.includes(entry.path) ? [makeFolder(root, entry.path, entry.mode)] : [];
  if (entry.type === 'link') return [sys('symlinkat', [entry.target, root, name], { say: `make the link ${shown}` })];
  return [
    sys('openat', [AT.FDCWD, entry.path, O.PATH | O.NOFOLLOW | O.CLOEXEC], { to: from, say: `open the host's ${shown}` }),
    sys('mknodat', [root, name, S_IFREG | 0o444, 0], { say: `make the file ${shown}` }),
    sys('openat', [root, name, O.PATH | O.NOFOLLOW | O.CLOEXEC], { to: target, say: `open ${shown} in the new root` }),
    ...planReadOnlyBind(entry.path, false, regs),
    ...closeAll([target, from]),
  ];
}

interface PlacesSettings {
  readonly size: string;
  readonly ids: Ids;
  readonly inUserNamespace: boolean;
}

/**
 * What is written lies on a tmpfs that is mounted for as long as this takes, since a layer must be, and
 * lives on in the overlays alone: nobody inside can reach a layer but through its overlay.
 */
function planPlaces(places: readonly Place[], settings: PlacesSettings, regs: Regs): Op[] {
  const store = reg('written');
  const path = buf('path of the written', 32);
  const say = 'mount a tmpfs for what is written';
  return [
    ...planTmpfs(settings.size, store, say),
    sys('move_mount', [store, '', regs.root, 'proc', MOVE_FD_TO_PATH], { say }),
    ...places.flatMap((place, index) => planPlace(place, String(index), settings, { store, ...regs })),
    format(path, ['/proc/self/fd/', store]),
    sys('umount2', [path, MNT_DETACH], { say: 'leave the tmpfs for what is written to the overlays' }),
    closeFd(store),
  ];
}

/** `name` is that of the layers' folder in the store. */
function planPlace(place: Place, name: string, { ids, inUserNamespace }: PlacesSettings, regs: Regs & { readonly store: Reg }): Op[] {
  const { root, store, from, target, tree, context } = regs;
  const path = place.kind === 'overlay' ? place.folder.path : place.path;
  const done = label(`${path} done`);
  const bound = label(`${path} bound`);
  const shown = JSON.stringify(path);
  // A mount that is gone by now, or the way to which is closed to this user, leaves what lies below it.
  const unless = place.topLevel ? undefined : ({ errno: 'any', goto: done } as const);
  const open = (dirfd: Reg | number, to: Reg, resolve: number, say: string): Op =>
    sys('openat2', [dirfd, path, words('open_how', [O.PATH | O.CLOEXEC, 0, RESOLVE.NO_SYMLINKS | resolve]), 24], { to, say, unless });
  return [
    ...(place.topLevel ? [makeFolder(root, path, place.kind === 'overlay' ? place.folder.mode : 0o755)] : []),
    open(AT.FDCWD, from, 0, `open the host's ${shown}`),
    open(root, target, RESOLVE.IN_ROOT, `open ${shown} in the new root`),
    ...(place.kind === 'bind'
      ? planReadOnlyBind(path, place.recursive, regs)
      : [
          ...makeLayers(place.folder, name, store, ids),
          ...planOverlay(
            { source: path, name, userxattr: inUserNamespace, noexec: place.noexec, otherwise: bound },
            { lower: from, store, target, tree, context },
          ),
          jump(done),
          here(bound),
          ...planReadOnlyBind(path, true, regs),
        ]),
    here(done),
    ...closeAll([context, target, from]),
  ];
}

function nameOf(path: string): string {
  return path.slice(1);
}

function makeFolder(root: Reg, path: string, mode: number): Op {
  return sys('mkdirat', [root, nameOf(path), mode], { say: `make the folder ${JSON.stringify(path)}` });
}

/** Closes what is open of these, and marks them closed. */
function closeAll(fds: readonly Reg[]): Op[] {
  return fds.flatMap((fd) => [closeFd(fd), set(fd, -1)]);
}
