import { posix } from 'node:path';
import {
  at,
  branch,
  buf,
  closeFd,
  compute,
  here,
  jump,
  label,
  load,
  type Op,
  type Reg,
  reg,
  set,
  statxField,
  sys,
  words,
} from '@standpipe/program';
import { AT, errnoNumber, O, signalNumber, STATX } from '@standpipe/syscalls';
import type { CgroupPlace } from '../place.js';
import type { PlacedRegs } from './make.js';

const [EBUSY, EINVAL] = [errnoNumber('EBUSY') ?? 0, errnoNumber('EINVAL') ?? 0];
const SIGKILL = signalNumber('SIGKILL') ?? 0;
const DT_DIR = 4;
const ZERO = 0x30;
/** struct linux_dirent64: a name's place, and how large an entry can be. Entries are multiples of 8. */
const dirent = { type: 18, name: 19, least: 24, most: 280 } as const;
const TRIES = 2000;
const PAUSE_NS = 2_000_000;

interface Placed {
  readonly place: CgroupPlace;
  readonly regs: PlacedRegs;
}

/**
 * Removes the container's cgroup from every hierarchy: what was made, and no more. Mostly that is one rmdir(2) each.
 *
 * Where the kernel refuses, something is in it still: processes, since the container had no pid namespace of its own, and they are killed;
 * or cgroups, since it had a cgroup mount to make some in, and they are removed, the deepest first. What was killed is there for another
 * moment, so it is done again, for some seconds at most. None of it fails: it is for `undo`.
 */
export function removeCgroups(placed: readonly Placed[]): Op[] {
  const [result, parent, from] = [reg('result'), reg('cgroup above'), reg('which cgroup')];
  const [clear, end] = [label('clear the cgroup'), label('cgroups removed')];
  const returns = placed.map(({ place }) => label(`${place.directory} done`));
  const name = posix.basename(placed[0]?.place.path ?? '');
  if (placed.length === 0) return [];
  return [
    ...placed.flatMap(({ regs }, i): Op[] => {
      const next = returns[i] ?? end;
      return [
        branch(regs.made, '!=', 1, next),
        sys('unlinkat', [regs.parent, name, AT.REMOVEDIR], { to: result, unless: { errno: 'any' } }),
        branch(result, '!=', -EBUSY, next),
        set(parent, regs.parent),
        set(from, i),
        jump(clear),
        here(next),
      ];
    }),
    jump(end),
    here(clear),
    ...clearCgroup(parent, name, killersOf(placed)),
    ...returns.map((next, i) => branch(from, '==', i, next)),
    here(end),
  ];
}

/** A part of these that stops or kills whole cgroups, if there is one. */
interface Killers {
  /** cgroup.kill is there. @kernel 5.14 */
  readonly unified: PlacedRegs | undefined;
  readonly freezer: PlacedRegs | undefined;
}

function killersOf(placed: readonly Placed[]): Killers {
  return {
    unified: placed.find(({ place }) => place.hierarchy.version === 2)?.regs,
    freezer: placed.find(({ place }) => place.hierarchy.version === 1 && place.hierarchy.controllers.includes('freezer'))?.regs,
  };
}

/** Goes down to the first cgroup without others in it, removes it or kills what is in it, and begins again. */
function clearCgroup(parent: Reg, name: string, killers: Killers): Op[] {
  const [result, tries, cgroup, child, links, size, type, first, third] = [
    reg('result'),
    reg('tries'),
    reg('cgroup'),
    reg('cgroup below'),
    reg('links'),
    reg('entry size'),
    reg('entry type'),
    reg('begin of name'),
    reg('third byte'),
  ];
  const stat = buf('statx', 256);
  const entry = buf('directory entry', dirent.most);
  const [again, down, one, next, dotDot, found, kill, pause, done] = [
    label('remove the cgroup'),
    label('look into the cgroup'),
    label('read an entry'),
    label('next entry'),
    label('two dots'),
    label('cgroup below found'),
    label('kill'),
    label('pause'),
    label('cgroup gone'),
  ];
  const rmdir = (directory: Reg, path: string | ReturnType<typeof at>): Op =>
    sys('unlinkat', [directory, path, AT.REMOVEDIR], { to: result, unless: { errno: 'any' } });
  const open = (directory: Reg, path: string | ReturnType<typeof at>, to: Reg): Op =>
    sys('openat', [directory, path, O.RDONLY | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC], { to, unless: { errno: 'any', goto: pause } });
  return [
    set(tries, 0),
    here(again),
    rmdir(parent, name),
    branch(result, '!=', -EBUSY, done),
    open(parent, name, cgroup),
    here(down),
    // A cgroup's link count is two, and one for each cgroup in it.
    sys('statx', [cgroup, '', AT.EMPTY_PATH, STATX.NLINK, stat], { unless: { errno: 'any', goto: pause } }),
    load(at(stat, statxField.nlink.offset), statxField.nlink.size, links),
    branch(links, '<', 3, kill),
    // Ops can't walk through entries of any size. But with a buffer just as large as the next one, getdents64 gives that one alone.
    here(next),
    set(size, dirent.least),
    here(one),
    sys('getdents64', [cgroup, entry, size], { to: result, unless: { errno: 'any' } }),
    branch(result, '==', 0, pause),
    branch(result, '>=', 1, found),
    branch(result, '!=', -EINVAL, pause),
    compute(size, size, '+', 8),
    branch(size, '<', dirent.most + 1, one),
    jump(pause),
    here(found),
    load(at(entry, dirent.type), 1, type),
    branch(type, '!=', DT_DIR, next),
    load(at(entry, dirent.name), 2, first),
    branch(first, '==', 0x002e, next),
    branch(first, '!=', 0x2e2e, dotDot),
    load(at(entry, dirent.name + 2), 1, third),
    branch(third, '==', 0, next),
    here(dotDot),
    rmdir(cgroup, at(entry, dirent.name)),
    branch(result, '!=', -EBUSY, pause),
    open(cgroup, at(entry, dirent.name), child),
    closeFd(cgroup),
    set(cgroup, child),
    jump(down),
    here(kill),
    ...killProcesses(cgroup, name, killers),
    here(pause),
    closeFd(cgroup),
    set(cgroup, -1),
    compute(tries, tries, '+', 1),
    branch(tries, '>=', TRIES, done),
    branch(result, '==', 0, again),
    sys('nanosleep', [words('timespec', [0, PAUSE_NS]), null], { unless: { errno: 'any' } }),
    jump(again),
    here(done),
  ];
}

/** Kills by cgroup.kill what is in the container's cgroup, and one by one what is in `cgroup`, while nothing can fork or end. */
function killProcesses(cgroup: Reg, name: string, { unified, freezer }: Killers): Op[] {
  const tell = (directory: Reg, file: string, value: string): Op[] => {
    const fd = reg(file);
    const missing = label(`no ${file}`);
    return [
      sys('openat', [directory, `${name}/${file}`, O.WRONLY | O.CLOEXEC], { to: fd, unless: { errno: 'any', goto: missing } }),
      sys('write', [fd, value, value.length], { unless: { errno: 'any' } }),
      closeFd(fd),
      here(missing),
    ];
  };
  return [
    ...(unified === undefined ? [] : tell(unified.parent, 'cgroup.kill', '1')),
    ...(freezer === undefined ? [] : tell(freezer.parent, 'freezer.state', 'FROZEN')),
    ...killOneByOne(cgroup),
    ...(freezer === undefined ? [] : tell(freezer.parent, 'freezer.state', 'THAWED')),
  ];
}

/** Reads cgroup.procs digit by digit: ops know no other way to a number in a text. */
function killOneByOne(cgroup: Reg): Op[] {
  const [file, length, digit, pid, twice] = [reg('cgroup.procs'), reg('length'), reg('digit'), reg('pid'), reg('twice')];
  const byte = buf('byte', 1);
  const [next, number, digits, read] = [label('next digit'), label('next pid'), label('digit'), label('pids read')];
  return [
    sys('openat', [cgroup, 'cgroup.procs', O.RDONLY | O.CLOEXEC], { to: file, unless: { errno: 'any', goto: read } }),
    here(number),
    set(pid, 0),
    here(next),
    sys('read', [file, byte, 1], { to: length, unless: { errno: 'any' } }),
    branch(length, '<', 1, read),
    load(byte, 1, digit),
    compute(digit, digit, '-', ZERO),
    branch(digit, '>=', 0, digits),
    // A line break. Of a process that lies outside of our pid namespace the kernel says 0, which would be our own process group.
    branch(pid, '==', 0, number),
    sys('kill', [pid, SIGKILL], { unless: { errno: 'any' } }),
    jump(number),
    here(digits),
    compute(twice, pid, '<<', 1),
    compute(pid, pid, '<<', 3),
    compute(pid, pid, '+', twice),
    compute(pid, pid, '+', digit),
    jump(next),
    here(read),
    closeFd(file),
  ];
}
