import type { MountinfoEntry } from '../mountinfo.js';

/** A folder as stat(2) on the host sees it; its path is absolute and has no links in it. */
export interface HostFolder {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What lies directly below the host's `/`. Sockets, pipes and devices are left out. */
export type HostEntry =
  | ({ readonly type: 'folder' } & HostFolder)
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'link'; readonly path: string; readonly target: string };

export type HostMount = Pick<MountinfoEntry, 'mountPoint' | 'type' | 'options'>;

/** The host's root as it was found. */
export interface HostTree {
  readonly entries: readonly HostEntry[];
  /** In mountinfo's order: a mount comes after the one it lies on, and before those that hide it. */
  readonly mounts: readonly HostMount[];
  /** Folders that are to be writable if they can be: of each the folders that lead there, outermost first, itself last. */
  readonly wanted: readonly (readonly HostFolder[])[];
}

/** Whether `path` is `folder` or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}
