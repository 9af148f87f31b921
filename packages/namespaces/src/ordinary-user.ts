import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { IdMapping } from './id-map.js';
import { mapOwnAndSubids, parseSubids, type SubidOwner, type SubidRange } from './subids.js';

/** Absolute paths of the setuid programs that write maps for ordinary users; those that are there. */
export interface IdMapHelpers {
  readonly newuidmap?: string;
  readonly newgidmap?: string;
}

const systemFolders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin'];

/**
 * Finds newuidmap and newgidmap. `find` gives the absolute path of a program that only root could have put there; by
 * default it looks into the system's own folders.
 */
export function findIdMapHelpers(find: (name: string) => string | undefined = findSystemProgram): IdMapHelpers {
  const [newuidmap, newgidmap] = [find('newuidmap'), find('newgidmap')];
  return { ...(newuidmap === undefined ? {} : { newuidmap }), ...(newgidmap === undefined ? {} : { newgidmap }) };
}

/**
 * Finds a program in the system's own folders, never by PATH. Only a regular file that belongs to root and that no one else
 * may write counts.
 */
export function findSystemProgram(name: string, folders: readonly string[] = systemFolders): string | undefined {
  return folders.map((folder) => `${folder}/${name}`).find(isTrusted);
}

function isTrusted(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.isFile() && stat.uid === 0 && (stat.mode & 0o022) === 0 && (stat.mode & 0o111) !== 0;
}

export interface OrdinaryUserMappings {
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
}

export interface OrdinaryUserSettings {
  readonly owner?: SubidOwner | undefined;
  readonly gid?: number | undefined;
  readonly helpers?: IdMapHelpers | undefined;
  readonly subuidFile?: string | undefined;
  readonly subgidFile?: string | undefined;
}

/**
 * The mappings for a sandbox of an ordinary user: root inside is the user, and the ids behind it are
 * those of /etc/subuid and /etc/subgid, when there are some and both helpers to map them; else the
 * one id alone.
 */
export function ordinaryUserMappings(settings: OrdinaryUserSettings = {}): OrdinaryUserMappings {
  const {
    owner = currentUser(),
    gid = process.getegid?.() ?? 0,
    helpers = findIdMapHelpers(),
    subuidFile = '/etc/subuid',
    subgidFile = '/etc/subgid',
  } = settings;
  const able = helpers.newuidmap !== undefined && helpers.newgidmap !== undefined;
  const uids = able ? readSubids(subuidFile, owner) : [];
  const gids = able ? readSubids(subgidFile, owner) : [];
  const useful = uids.length > 0 && gids.length > 0;
  return {
    uidMappings: mapOwnAndSubids(owner.uid, useful ? uids : []),
    gidMappings: mapOwnAndSubids(gid, useful ? gids : []),
  };
}

function readSubids(file: string, owner: SubidOwner): SubidRange[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return parseSubids(text, owner, file);
}

function currentUser(): SubidOwner {
  const uid = process.geteuid?.() ?? 0;
  try {
    return { name: userInfo().username, uid };
  } catch {
    // An id without an entry in the user database: lines by number still count.
    return { uid };
  }
}
