import { type HostFolder, type HostMount, type HostTree, isWithin } from './host-tree.js';

/** Left empty, for the container's own mounts. */
export const emptyFolders: readonly string[] = ['/dev', '/proc', '/run', '/sys', '/tmp'];

/** One folder of the host in the new root: below an overlay, so that it can be written to, or as it is, read-only. */
export type Place =
  | { readonly kind: 'overlay'; readonly folder: HostFolder; readonly noexec: boolean; readonly topLevel: boolean }
  | { readonly kind: 'bind'; readonly path: string; readonly recursive: boolean; readonly topLevel: boolean };

export interface PlacesSettings {
  /** In a user namespace the mounts that came along are locked together: what has mounts below it can't be a layer without them. */
  readonly mountsLocked: boolean;
  /** Whether files of this owner can be copied up into an overlay: both ids must have one in the container's user namespace. */
  readonly isOwnable: (owner: { readonly uid: number; readonly gid: number }) => boolean;
}

/** Views of the kernel, and of processes outside: nothing of the host's files. */
const kernelViews = new Set(
  'autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs proc pstore rpc_pipefs securityfs selinuxfs sysfs tracefs'.split(
    ' ',
  ),
);

/**
 * Decides how each folder of the host gets into the new root, in the order in which to mount them.
 *
 * An overlay for each folder directly below `/`. A mount further below stays visible, read-only. What is wanted
 * writable gets an overlay of its own where that of the folder below `/` does not do: on such a mount, and
 * where a folder on the way there belongs to someone whose id can't be copied up, as an ordinary user's
 * container has it of all folders but those of the user (the kernel then says EOVERFLOW).
 */
export function choosePlaces(tree: HostTree, settings: PlacesSettings): Place[] {
  const mounts = tree.mounts.filter(({ mountPoint }) => !emptyFolders.some((empty) => isWithin(mountPoint, empty)));
  const below = (path: string): HostMount[] => mounts.filter(({ mountPoint }) => mountPoint !== path && isWithin(mountPoint, path));
  const mountOf = (path: string): HostMount | undefined => mounts.findLast(({ mountPoint }) => isWithin(path, mountPoint));
  const noexec = (path: string): boolean => mountOf(path)?.options.includes('noexec') === true;

  const overlaid = new Set<string>();
  const places: Place[] = [];
  const inner = new Map<string, Place>();
  for (const entry of tree.entries) {
    if (entry.type !== 'folder' || emptyFolders.includes(entry.path)) continue;
    const { path } = entry;
    const mountsBelow = below(path);
    if (settings.mountsLocked && mountsBelow.length > 0) {
      places.push({ kind: 'bind', path, recursive: true, topLevel: true });
      continue;
    }
    overlaid.add(path);
    places.push({ kind: 'overlay', folder: entry, noexec: noexec(path), topLevel: true });
    for (const { mountPoint, type } of mountsBelow) {
      if (!kernelViews.has(type)) inner.set(mountPoint, { kind: 'bind', path: mountPoint, recursive: false, topLevel: false });
    }
  }

  for (const way of tree.wanted) {
    const [top] = way;
    if (top === undefined || emptyFolders.includes(top.path)) continue;
    const folder = outermostOwn(
      way,
      ({ path, ...owner }) => settings.isOwnable(owner) && !(settings.mountsLocked && below(path).length > 0),
      mounts,
    );
    if (folder === undefined || kernelViews.has(mountOf(folder.path)?.type ?? '')) continue;
    // Nothing is in the way of the overlay directly below `/`: its own folder needs no copying up.
    const parent = way[way.indexOf(folder) - 1] ?? folder;
    if (overlaid.has(parent.path) && !inner.has(folder.path)) continue;
    inner.set(folder.path, { kind: 'overlay', folder, noexec: noexec(folder.path), topLevel: false });
  }
  // A folder before what lies in it.
  return [...places, ...[...inner.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place)];
}

/** Follows the way from its end towards `/`, as long as the folders fit and no mount point is left behind. */
function outermostOwn(
  way: readonly HostFolder[],
  fits: (folder: HostFolder) => boolean,
  mounts: readonly HostMount[],
): HostFolder | undefined {
  let own: HostFolder | undefined;
  for (const folder of way.toReversed()) {
    if (!fits(folder)) break;
    own = folder;
    if (mounts.some(({ mountPoint }) => mountPoint === folder.path)) break;
  }
  return own;
}
