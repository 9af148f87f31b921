import { join, posix } from 'node:path';
import { closeFd, expectFilesystem, type Op, type Reg, reg, sys } from '@standpipe/program';
import { AT, FS_MAGIC, O } from '@standpipe/syscalls';
import type { CgroupDirectory } from './directory.js';
import { subCgroupInvalid, subCgroupNowhere } from './errors.js';
import { openBelow } from './ops/directory.js';
import { enterCgroups } from './ops/enter.js';

export interface PlanJoinInput {
  /** The cgroup, in each hierarchy. */
  readonly directories: readonly CgroupDirectory[];
  /** Cgroups below it to join instead, which must be there: by v1 controller, or by `''` for all hierarchies (on hybrid machines those of v1). */
  readonly subCgroups?: ReadonlyMap<string, string> | undefined;
  /** Whoever may not enter stays outside. */
  readonly optional?: boolean | undefined;
}

/** How a process gets into a cgroup that is there: each part is ops of the host half, in the order in which they run. */
export interface JoinPlan {
  /** Before the clone: opens what the process is born in. */
  readonly open: Op[];
  /** Behind the clone, before the process goes on: moves it into the others. */
  readonly enter: Op[];
  /** fd of the v2 directory, to be born in. */
  readonly fd: Reg | undefined;
}

/**
 * Plans the way of a further process into a cgroup. On v2 it is born there; what of v1 it is moved to is opened behind
 * the clone only, so that it never has an fd of it.
 *
 * @param pid the process
 * @kernel 5.7 to be born in a cgroup
 * @throws PlumbingError `CGROUP_PATH_INVALID` for a sub-cgroup that can't be
 */
export function planJoin(
  { directories, subCgroups = new Map(), optional = false }: PlanJoinInput,
  { pid }: { readonly pid: Reg },
): JoinPlan {
  const hybrid = directories.some(({ version }) => version === 1);
  const names = namesOf(subCgroups, directories);
  const joined = directories.map((directory) => {
    const own = directory.controllers.map((controller) => names.get(controller)).find((sub) => sub !== undefined);
    const sub = directory.version === 1 ? (own ?? names.get('')) : hybrid ? undefined : names.get('');
    return { directory, sub, cgroup: reg(directory.path) };
  });
  const born = optional ? undefined : joined.find(({ directory }) => directory.version === 2);
  const moved = joined.filter((one) => one !== born);
  return {
    open: born === undefined ? [] : openCgroup(born),
    enter: [
      ...moved.flatMap(openCgroup),
      ...enterCgroups(
        moved.map(({ directory, sub, cgroup }) => ({ cgroup, hierarchy: directory, directory: join(directory.path, sub ?? '') })),
        { pid, optional, pointer: undefined },
      ),
    ],
    fd: born?.cgroup,
  };
}

interface Joined {
  readonly directory: CgroupDirectory;
  readonly sub: string | undefined;
  readonly cgroup: Reg;
}

function openCgroup({ directory: { path, version }, sub, cgroup }: Joined): Op[] {
  const base = sub === undefined ? cgroup : reg(`above ${sub}`);
  const notes = { say: `open the cgroup ${JSON.stringify(join(path, sub ?? ''))}` };
  return [
    sys('openat', [AT.FDCWD, path, O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC], { to: base, ...notes }),
    ...expectFilesystem(base, version === 2 ? FS_MAGIC.CGROUP2 : FS_MAGIC.CGROUP, { say: `${JSON.stringify(path)} is no cgroup` }),
    ...(sub === undefined ? [] : [openBelow(base, sub, cgroup, notes), closeFd(base)]),
  ];
}

/** The sub-cgroups, as paths below. One that is the cgroup itself is none. */
function namesOf(subCgroups: ReadonlyMap<string, string>, directories: readonly CgroupDirectory[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const [controller, path] of subCgroups) {
    if (controller !== '' && !directories.some((one) => one.version === 1 && one.controllers.includes(controller)))
      throw subCgroupNowhere(controller);
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    // oxlint-disable-next-line no-control-regex -- what C strings end with
    if (parts.includes('..') || /[\0\n]/.test(path)) throw subCgroupInvalid(path);
    if (parts.length > 0) names.set(controller, posix.join(...parts));
  }
  return names;
}
