import { errnoNumber, FS_MAGIC, O, RESOLVE } from '@standpipe/syscalls';
import { branch, compute, here, jump, label, makeInRoot, type Op, type OpNotes, raise, type Reg, sys, words } from '@standpipe/program';
import { loadFilesystem } from './fd.js';
import type { ProcPlace } from './proc-safety.js';
import type { Scratch } from './scratch.js';

const ENOENT = -(errnoNumber('ENOENT') ?? 0);
const EAGAIN = errnoNumber('EAGAIN') ?? 0;
/** Tries of resolutions in one plan. A storm of renames that outlasts them is an attack on our time. */
const MAX_TRIES = 4096;

export interface ResolveSettings extends OpNotes {
  readonly to: Reg;
  /** Besides O_PATH. */
  readonly flags?: number;
  /** Runs where the path is missing, and ends with `to` set, or with a jump. Without it that fails. */
  readonly missing?: readonly Op[];
}

/**
 * Opens a path inside `root` with O_PATH, no link leading out. The kernel gives up with EAGAIN when a
 * mount or rename, anywhere on the machine, happened during a `..`, as many a link has one: then again.
 *
 * @man openat2(2)
 * @kernel 5.6
 */
export function resolve(root: Reg, path: string, { tries }: Scratch, { to, flags = 0, missing, ...notes }: ResolveSettings): Op[] {
  const again = label(`resolve ${path}`);
  const trouble = label(`${path} not resolved`);
  const retry = label(`retry ${path}`);
  const found = label(`${path} resolved`);
  const how = words('open_how', [O.PATH | O.CLOEXEC | flags, 0, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS]);
  return [
    here(again),
    sys('openat2', [root, path, how, how.size], { to, unless: { errno: missing === undefined ? ['EAGAIN'] : ['EAGAIN', 'ENOENT'], goto: trouble }, ...notes }),
    jump(found),
    here(trouble),
    ...(missing === undefined ? [] : [branch(to, '!=', ENOENT, retry), ...missing, jump(found)]),
    here(retry),
    compute(tries, tries, '+', 1),
    branch(tries, '<', MAX_TRIES, again),
    raise(notes.say ?? `open ${JSON.stringify(path)}`, { errno: EAGAIN, pointer: notes.pointer }),
    here(found),
  ];
}

/** Opens the directory that something is mounted upon, and makes it when it is missing. */
export function openDirectory(root: Reg, path: string, scratch: Scratch, settings: Omit<ResolveSettings, 'missing'>): Op[] {
  const { to, say, pointer } = settings;
  return resolve(root, path, scratch, { ...settings, missing: makeInRoot(root, path, to, { kind: 'directory', say, pointer }) });
}

/**
 * Holds the rules of /proc for a target that is open: a path that doesn't name /proc may not lead there by
 * a link, and one that does must lead to a real procfs.
 */
export function guardProc(target: Reg, place: ProcPlace, scratch: Scratch, what: string, pointer: string): Op[] {
  if (place === 'proc') return [];
  const fine = label('proc is safe');
  const ops = [...loadFilesystem(target, scratch, { say: what, pointer })];
  return place === 'emulated'
    ? [...ops, branch(scratch.value, '==', FS_MAGIC.PROC, fine), raise(`${what}: /proc is not a procfs`, { pointer }), here(fine)]
    : [...ops, branch(scratch.value, '!=', FS_MAGIC.PROC, fine), raise(`${what}: it leads into /proc, where nothing may be covered`, { pointer }), here(fine)];
}
