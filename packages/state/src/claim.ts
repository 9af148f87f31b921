import { AT, O } from '@standpipe/syscalls';
import {
  branch,
  buf,
  closeFd,
  compute,
  here,
  jump,
  label,
  type Label,
  type Op,
  raise,
  type Reg,
  reg,
  set,
  sys,
  words,
} from '@standpipe/program';
import { LOCK, stateFile } from './files.js';

/** How long who holds the lock is waited for while it is not published: a creator that was killed a moment ago is on its way out. */
const TRIES = 20;
const PAUSE_NS = 5_000_000;

/** What getdents64(2) says of an empty directory: the entries `.` and `..`, 24 bytes each. */
const EMPTY = 48;

export interface Claim {
  readonly root: Reg;
  /** Gets the directory's fd, locked. */
  readonly dir: Reg;
  /** What may lie in a stale directory. */
  readonly names: readonly string[];
}

/**
 * Makes the container's directory and takes its lock: only whoever has both has the container. Takes over
 * what a dead creator left, and says so when the container exists.
 *
 * Between mkdir and flock anyone may take it over, or remove it: so what is locked is looked at, and a directory that
 * is gone by then means another try. A directory that nobody holds and that has no record is nobody's.
 *
 * @man flock(2), getdents64(2)
 */
export function planClaim(id: string, { root, dir, names }: Claim): Op[] {
  const entries = buf('directory entries', 512);
  const length = reg('length');
  const [again, full, held, gone, inUse, stale, ours] = [
    label('claim the state directory'),
    label('state directory not empty'),
    label('state directory held'),
    label('state directory gone'),
    label('container exists'),
    label('state directory stale'),
    label('state directory ours'),
  ];
  const tries = reg('tries');
  const say = `make the state directory of container "${id}"`;
  return [
    set(tries, 0),
    here(again),
    sys('mkdirat', [root, id, 0o700], { unless: { errno: ['EEXIST'] }, say }),
    sys('openat', [root, id, O.RDONLY | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC], {
      to: dir,
      unless: { errno: ['ENOENT'], goto: again },
      say,
    }),
    sys('flock', [dir, LOCK.EX | LOCK.NB], { unless: { errno: ['EAGAIN'], goto: held }, say }),
    sys('getdents64', [dir, entries, entries.size], { to: length, unless: { errno: ['ENOENT'], goto: gone }, say }),
    branch(length, '>=', EMPTY + 1, full),
    jump(ours),
    here(full),
    ...planJudge(id, dir, { inUse, stale }),
    here(inUse),
    raise(`container with given ID already exists: "${id}"`),
    here(stale),
    ...removeFiles(dir, names),
    sys('unlinkat', [root, id, AT.REMOVEDIR], { say: `remove what a killed runtime left of container "${id}"` }),
    jump(gone),
    here(held),
    ...planWait(dir, { tries, inUse, say }),
    here(gone),
    closeFd(dir),
    jump(again),
    here(ours),
  ];
}

/** Someone holds it. Who has published stays; who hasn't is creating the container, or removing it, or dying. */
function planWait(dir: Reg, { tries, inUse, say }: { tries: Reg; inUse: Label; say: string }): Op[] {
  const pause = words('timespec', [0, PAUSE_NS]);
  const wait = label('wait for its holder');
  return [
    sys('faccessat', [dir, stateFile.state, 0], { unless: { errno: ['ENOENT'], goto: wait }, say }),
    jump(inUse),
    here(wait),
    branch(tries, '>=', TRIES, inUse),
    compute(tries, tries, '+', 1),
    sys('nanosleep', [pause, null], { unless: { errno: 'any' } }),
  ];
}

/**
 * Is it in use, or stale? A process that lives has an `exe`, through the link; a dead one and a zombie haven't.
 * One that has ended leaves a stale directory when its runtime should have removed it; one that was left on its own is its user's to delete.
 */
function planJudge(id: string, dir: Reg, { inUse, stale }: { inUse: Label; stale: Label }): Op[] {
  const say = `look at the old state directory of container "${id}"`;
  const link = buf('link', 32);
  const [other, dead, detached] = [label('no detached process'), label('no process'), label('not foreground')];
  return [
    sys('faccessat', [dir, `${stateFile.process}/exe`, 0], { unless: { errno: ['ENOENT'], goto: other }, say }),
    jump(inUse),
    here(other),
    sys('faccessat', [dir, `${stateFile.foregroundProcess}/exe`, 0], { unless: { errno: ['ENOENT'], goto: dead }, say }),
    jump(inUse),
    here(dead),
    sys('readlinkat', [dir, stateFile.foregroundProcess, link, link.size], { unless: { errno: ['ENOENT'], goto: detached }, say }),
    jump(stale),
    here(detached),
    sys('faccessat', [dir, stateFile.state, 0], { unless: { errno: ['ENOENT'], goto: stale }, say }),
  ];
}

export function removeFiles(dir: Reg, names: readonly string[]): Op[] {
  return names.map((name) => sys('unlinkat', [dir, name, 0], { unless: { errno: 'any' } }));
}
