import { AT, O, RENAME, STATX } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  type Buf,
  closeFd,
  compute,
  here,
  jump,
  label,
  type Label,
  load,
  type Op,
  raise,
  type Reg,
  reg,
  set,
  sys,
  words,
} from '@standpipe/program';
import { LOCK, stateFile } from './files.js';

const statxNlink = 16;

/** How long a creator that holds the lock is waited for: who was killed a moment ago is on its way out. */
const TRIES = 20;
const PAUSE_NS = 5_000_000;

export interface NamePlace {
  readonly root: Reg;
  /** The directory's name up to now. */
  readonly unnamed: Buf;
  /** What may lie in a stale directory. */
  readonly names: readonly string[];
  readonly say: string;
}

/**
 * Gives the locked directory its name, taking over what a dead creator left under it. One rename(2)
 * where nothing is in the way.
 *
 * @errno EEXIST is answered by a look at what is there, and then the sentence that runc has for it too
 */
export function planName(id: string, { root, unnamed, names, say }: NamePlace): Op[] {
  const old = reg('old state directory');
  const [again, taken, inUse, stale, gone, named] = [
    label('name the state directory'),
    label('name taken'),
    label('container exists'),
    label('stale state directory'),
    label('state directory gone'),
    label('state directory named'),
  ];
  const look = `look at the old state directory of container "${id}"`;
  return [
    here(again),
    sys('renameat2', [root, unnamed, root, id, RENAME.NOREPLACE], { unless: { errno: ['EEXIST'], goto: taken }, say }),
    jump(named),
    here(taken),
    sys('openat', [root, id, O.RDONLY | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC], {
      to: old,
      unless: { errno: ['ENOENT'], goto: again },
      say: look,
    }),
    ...planLockOld(old, { inUse, look }),
    ...branchIfRemoved(old, gone, look),
    ...planJudge(old, { inUse, stale, look }),
    here(inUse),
    raise(`container with id "${id}" already exists`),
    here(stale),
    ...removeFiles(old, names),
    sys('unlinkat', [root, id, AT.REMOVEDIR], { say: `remove what a killed runtime left of container "${id}"` }),
    here(gone),
    closeFd(old),
    jump(again),
    here(named),
  ];
}

/** Takes the old directory's lock. Who holds it and has not published yet is creating the container, or dying. */
function planLockOld(old: Reg, { inUse, look }: { inUse: Label; look: string }): Op[] {
  const [tries, pause] = [reg('tries'), words('timespec', [0, PAUSE_NS])];
  const [lock, held, wait, locked] = [
    label('lock the old one'),
    label('old one held'),
    label('wait for its creator'),
    label('old one locked'),
  ];
  return [
    set(tries, 0),
    here(lock),
    sys('flock', [old, LOCK.EX | LOCK.NB], { unless: { errno: ['EAGAIN'], goto: held }, say: look }),
    jump(locked),
    here(held),
    sys('faccessat', [old, stateFile.state, 0], { unless: { errno: ['ENOENT'], goto: wait }, say: look }),
    jump(inUse),
    here(wait),
    branch(tries, '>=', TRIES, inUse),
    compute(tries, tries, '+', 1),
    sys('nanosleep', [pause, null], { unless: { errno: 'any' } }),
    jump(lock),
    here(locked),
  ];
}

/** Between our open and our lock someone else may have removed it. */
function branchIfRemoved(old: Reg, gone: Label, look: string): Op[] {
  const [stat, links] = [buf('statx', 256), reg('links')];
  return [
    sys('statx', [old, '', AT.EMPTY_PATH, STATX.NLINK, stat], { say: look }),
    load(at(stat, statxNlink), 4, links),
    branch(links, '==', 0, gone),
  ];
}

/**
 * Is it in use, or stale? A process that lives has an `exe`, through the link; a dead one and a zombie haven't.
 * One that has ended leaves a stale directory when its runtime should have removed it; one that was left on its own is its user's to delete.
 */
function planJudge(old: Reg, { inUse, stale, look }: { inUse: Label; stale: Label; look: string }): Op[] {
  const link = buf('link', 32);
  const [other, dead, detached] = [label('no detached process'), label('no process'), label('not foreground')];
  return [
    sys('faccessat', [old, `${stateFile.process}/exe`, 0], { unless: { errno: ['ENOENT'], goto: other }, say: look }),
    jump(inUse),
    here(other),
    sys('faccessat', [old, `${stateFile.foregroundProcess}/exe`, 0], { unless: { errno: ['ENOENT'], goto: dead }, say: look }),
    jump(inUse),
    here(dead),
    sys('readlinkat', [old, stateFile.foregroundProcess, link, link.size], { unless: { errno: ['ENOENT'], goto: detached }, say: look }),
    jump(stale),
    here(detached),
    sys('faccessat', [old, stateFile.state, 0], { unless: { errno: ['ENOENT'], goto: stale }, say: look }),
  ];
}

export function removeFiles(dir: Reg, names: readonly string[]): Op[] {
  return names.map((name) => sys('unlinkat', [dir, name, 0], { unless: { errno: 'any' } }));
}
