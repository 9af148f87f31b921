import { posix } from 'node:path';
import {
  branch,
  closeFd,
  compute,
  expectFilesystem,
  here,
  jump,
  type Label,
  label,
  type Op,
  type OpNotes,
  raise,
  type Reg,
  reg,
  set,
  sys,
  words,
} from '@standpipe/program';
import { AT, errnoNumber, FS_MAGIC, O } from '@standpipe/syscalls';
import type { CgroupPlace } from '../place.js';
import { fillCpuset } from './cpuset.js';
import { openBelow } from './directory.js';
import { enableControllers } from './enable-controllers.js';
import { notDelegated } from './refused.js';

/** One directory of the container's cgroup as the program has it. */
export interface PlacedRegs {
  /** fd of the cgroup above it. */
  readonly parent: Reg;
  /** fd of the cgroup itself. -1 where it isn't. */
  readonly cgroup: Reg;
  /** 1 once it was made, and is ours to remove. */
  readonly made: Reg;
}

export interface MakeSettings {
  /** v2's controllers that limits need. */
  readonly needed: ReadonlySet<string>;
  /** Whoever may not make it does without. */
  readonly optional: boolean;
  /** It may be there already, and is the container's. */
  readonly shared: boolean;
  /** Where the config asked for this path. */
  readonly pointer: string | undefined;
}

const [EBUSY, ENOENT] = [errnoNumber('EBUSY') ?? 0, errnoNumber('ENOENT') ?? 0];
/** Who was killed a moment ago is in its cgroup for another. */
const TRIES = 500;
const PAUSE_NS = 2_000_000;

/** Makes the container's cgroup in one hierarchy, and those above it that are missing. What is made above it stays, as under other runtimes. */
export function makeCgroup(place: CgroupPlace, regs: PlacedRegs, settings: MakeSettings): Op[] {
  const { hierarchy, directory, path, base } = place;
  const { parent, cgroup } = regs;
  const { optional, pointer } = settings;
  const { mountPoint, version, controllers } = hierarchy;
  const notes = { say: `make the cgroup ${JSON.stringify(directory)}`, pointer };
  const without = label(`without ${directory}`);
  const isCpuset = version === 1 && controllers.includes('cpuset');
  const enable = (at: Reg, shown: string): Op[] =>
    version === 2 ? enableControllers(at, posix.join(mountPoint, shown), { ...settings, controllers }) : [];

  const above = posix.dirname(path);
  // On v2 every cgroup from the root on has a word on the controllers; on v1 those that are there are as they are. What systemd has delegated begins at its own.
  const begin = version === 2 && !settings.shared ? '/' : base;
  const ops: Op[] = [
    sys('openat', [AT.FDCWD, posix.join(mountPoint, begin), O.PATH | O.DIRECTORY | O.CLOEXEC], {
      to: parent,
      say: `open the cgroup ${JSON.stringify(posix.join(mountPoint, begin))}`,
    }),
    ...expectFilesystem(parent, version === 2 ? FS_MAGIC.CGROUP2 : FS_MAGIC.CGROUP, {
      say: `${JSON.stringify(mountPoint)} is no cgroup filesystem`,
    }),
    ...enable(parent, begin),
  ];
  let at = begin;
  for (const name of namesBetween(begin, above)) {
    at = posix.join(at, name);
    const next = reg(at);
    ops.push(
      sys('mkdirat', [parent, name, 0o755], {
        unless: { errno: ['EEXIST', ...(optional ? notDelegated : [])] },
        say: `make the cgroup ${JSON.stringify(posix.join(mountPoint, at))}`,
        pointer,
      }),
      openBelow(parent, name, next, { ...notes, ...(optional ? { unless: { errno: ['ENOENT', 'EACCES'], goto: without } } : {}) }),
      ...(isCpuset ? fillCpuset(parent, next, posix.join(mountPoint, at), pointer) : []),
      closeFd(parent),
      set(parent, next),
      ...enable(parent, at),
    );
  }
  return [
    ...ops,
    ...(settings.shared ? makeShared(place, regs, notes) : makeLeaf(place, regs, { ...settings, without })),
    openBelow(parent, posix.basename(path), cgroup, notes),
    ...(isCpuset ? fillCpuset(parent, cgroup, directory, pointer) : []),
    here(without),
  ];
}

function makeShared({ path }: CgroupPlace, { parent, made }: PlacedRegs, notes: OpNotes): Op[] {
  return [sys('mkdirat', [parent, posix.basename(path), 0o755], { unless: { errno: ['EEXIST'] }, ...notes }), set(made, 1)];
}

/**
 * Makes it, and anew where one is there that nobody is in: what a killed runtime left has limits, and counts of what
 * it used. One with processes is another's, and so is one with cgroups below it.
 */
function makeLeaf(place: CgroupPlace, { parent, made }: PlacedRegs, settings: MakeSettings & { without: Label }): Op[] {
  const { directory, path } = place;
  const { optional, pointer, without } = settings;
  const notes = { say: `make the cgroup ${JSON.stringify(directory)}`, pointer };
  const name = posix.basename(path);
  const [result, tries] = [reg('result'), reg('tries')];
  const [refused, again, anew, inUse, ours] = [
    label(`${directory} refused`),
    label('remove it'),
    label('make it anew'),
    label('in use'),
    label(`${directory} ours`),
  ];
  return [
    sys('mkdirat', [parent, name, 0o755], {
      to: result,
      unless: { errno: ['EEXIST', ...(optional ? notDelegated : [])], goto: refused },
      ...notes,
    }),
    jump(ours),
    here(refused),
    ...(optional ? [branch(result, '!=', -(errnoNumber('EEXIST') ?? 0), without)] : []),
    set(tries, 0),
    here(again),
    sys('unlinkat', [parent, name, AT.REMOVEDIR], {
      to: result,
      unless: { errno: ['EBUSY', 'ENOENT', ...(optional ? ['EACCES', 'EPERM'] : [])] },
      say: `remove the cgroup ${JSON.stringify(directory)}, which is left of another container`,
      pointer,
    }),
    branch(result, '==', 0, anew),
    branch(result, '==', -ENOENT, anew),
    ...(optional ? [branch(result, '!=', -EBUSY, without)] : []),
    branch(tries, '>=', TRIES, inUse),
    compute(tries, tries, '+', 1),
    sys('nanosleep', [words('timespec', [0, PAUSE_NS]), null], { unless: { errno: 'any' } }),
    jump(again),
    here(inUse),
    raise(`the cgroup ${JSON.stringify(directory)} is in use: it has processes, or cgroups below it`, { pointer }),
    here(anew),
    sys('mkdirat', [parent, name, 0o755], notes),
    here(ours),
    set(made, 1),
  ];
}

function namesBetween(from: string, to: string): string[] {
  return posix.relative(from, to).split('/').filter(Boolean);
}
