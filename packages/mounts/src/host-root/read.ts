import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { parseMountinfo } from '../mountinfo.js';
import type { HostEntry, HostFolder, HostTree } from './host-tree.js';

/**
 * Looks at the host's root, for `planHostRoot`. What this user can't look at is left out. `wanted` names
 * folders to be writable, such as the working directory; those that don't exist are left out too.
 */
export function readHostTree(wanted: readonly string[] = []): HostTree {
  return {
    entries: readdirSync('/')
      .toSorted()
      .flatMap((name) => readEntry(`/${name}`)),
    mounts: parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8')),
    wanted: [...new Set(wanted)].flatMap((path) => readWay(path)),
  };
}

function readEntry(path: string): HostEntry[] {
  const stat = attempt(() => lstatSync(path));
  if (stat === undefined) return [];
  if (stat.isDirectory()) return [{ type: 'folder', ...folder(path, stat) }];
  if (stat.isSymbolicLink()) return [{ type: 'link', path, target: readlinkSync(path) }];
  return stat.isFile() ? [{ type: 'file', path }] : [];
}

/** The folders from the one below `/` to `path`. */
function readWay(path: string): HostFolder[][] {
  const found = attempt(() => {
    const way: HostFolder[] = [];
    for (let at = realpathSync(path); at !== '/'; at = dirname(at)) way.unshift(folder(at, lstatSync(at)));
    return way;
  });
  return found === undefined || found.length === 0 ? [] : [found];
}

function folder(path: string, { mode, uid, gid }: Stats): HostFolder {
  return { path, mode: mode & 0o7777, uid, gid };
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
