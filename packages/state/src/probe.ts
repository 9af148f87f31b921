import { closeSync, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { PlumbingError, renderError } from '@standpipe/errors';
import { branch, buf, here, label, load, type Probe, probeOps, raise, reg, sys } from '@standpipe/program';
import { PIDFS_MAGIC } from './process.js';
import { openStateRoot } from './root.js';

const group = 'state';
const ENOTTY = 25;
const STATFS_SIZE = 120;

/** Whether states can be kept under this root, and be sure of whom they speak. Makes nothing. */
export function probeState(root: string): Probe[] {
  const [self, pidfd, type] = [reg('self'), reg('pidfd'), reg('type')];
  const statfs = buf('statfs', STATFS_SIZE);
  const same = label('pidfs');
  const open = [sys('getpid', [], { to: self }), sys('pidfd_open', [self, 0], { to: pidfd })];
  return [
    directory(root),
    probeOps({ group, what: 'a process known by its pidfd, whatever becomes of its pid', kernel: '5.3', essential: true, ops: open }),
    probeOps({
      group,
      what: 'never another process taken for a container of this boot (inodes of pidfs)',
      kernel: '6.9',
      ops: [
        ...open,
        sys('fstatfs', [pidfd, statfs]),
        load(statfs, 8, type),
        branch(type, '==', PIDFS_MAGIC, same),
        raise('it is an anonymous inode', { errno: ENOTTY }),
        here(same),
      ],
    }),
  ];
}

/** It is as it is used: ours alone, with room. */
function directory(root: string): Probe {
  const what = `states kept in ${root}`;
  const essential = true;
  try {
    const fd = openStateRoot(root);
    if (fd !== undefined) closeSync(fd);
    const { bavail, bsize } = statfsSync(existing(root));
    if (bavail * bsize < 1 << 20)
      return {
        group,
        what,
        outcome: 'no',
        found: 'less than 1 MiB is left there',
        fix: 'make room, or name another directory with --root',
        essential,
      };
    return { group, what, outcome: 'yes' };
  } catch (error) {
    const fix = (PlumbingError.is(error) ? error.hint : undefined) ?? 'name another directory with --root';
    return { group, what, outcome: 'no', found: renderError(error).split('\n')[0], fix, essential };
  }
}

/** The directory, or the one that it would be made in. */
function existing(path: string): string {
  return existsSync(path) || path === '/' ? path : existing(dirname(path));
}
