import { AT, O, STATX } from '@standpipe/syscalls';
import { at, branch, buf, format, here, jump, label, load, type Op, raise, type Reg, reg, set, sys, undo } from '@standpipe/program';
import { type CgroupRecordPlan, planCgroupRecord, type RecordedScope } from './cgroups.js';
import { planClaim, removeFiles } from './claim.js';
import { stateFile } from './files.js';
import { checkContainerId } from './id.js';
import { planRecord, type RecordInput } from './record.js';
import { planStart, type StartPlan } from './plan-start.js';
import { normalizeRoot } from './root.js';

export interface PlanStateInput extends RecordInput {
  /** Absolute path of the directory that holds a directory for each container. Made when missing. */
  readonly root: string;
  /** Further files that are put into the container's directory and go with it. */
  readonly files?: readonly string[];
}

/** A container's directory, in parts that run in this order, all of them in the host half. */
export interface StatePlan {
  /** The container's directory: an fd that holds its lock. Empty until `create` has run. */
  readonly dir: Reg;
  /** Makes the directory and takes its lock. Undone when anything fails later, and at the section's end. */
  readonly create: Op[];
  /** Keeps word of the container's cgroups, which are absolute paths. Between `create` and the process. */
  readonly recordCgroups: (directories: readonly string[], scope?: RecordedScope) => CgroupRecordPlan;
  /** Writes the record, once the process exists and before it may outlive the host half. */
  readonly record: Op[];
  /** Says that the container is set up. One rename(2). */
  readonly publish: Op[];
  /** For a container that is to wait until it is started. Between `create` and the process. */
  readonly start: StartPlan;
  /** Lets the directory be when the host half ends. */
  readonly keep: Op[];
}

/** The process that the record is about. */
export interface StateRegs {
  readonly pid: Reg;
  readonly pidfd: Reg;
}

/**
 * Plans the state directory of a container.
 *
 * Only who holds the lock on the directory may put anything into it. The lock is on the open directory,
 * which the container half inherits and execve closes: it is held while either of them sets up, and for a
 * foreground container until the host half ends. Kill them at any op, and the kernel lets go of it. So
 * whoever takes the lock knows that no one else is at work here.
 *
 * What a killed runtime left half made, or of a foreground container that has ended as well, is cleared
 * here without asking. A container that lives, or that was left on its own and has stopped, is an error.
 *
 * @man flock(2)
 * @throws PlumbingError `CONTAINER_ID_INVALID`, `STATE_ROOT_INVALID`
 */
export function planState(input: PlanStateInput, regs: StateRegs): StatePlan {
  const id = checkContainerId(input.id);
  const root = reg('state root');
  const dir = reg('state directory');
  const link = input.foreground ? stateFile.foregroundProcess : stateFile.process;
  const files = [
    stateFile.creating,
    stateFile.state,
    link,
    stateFile.startSocket,
    ...(input.config === undefined ? [] : [stateFile.config]),
    ...(input.files ?? []),
  ];
  const known = [...new Set([...Object.values(stateFile), ...files])];
  const create: Op[] = [
    ...planOpenRoot(normalizeRoot(input.root), root),
    ...planClaim(id, { root, dir, names: known }),
    undo([...removeFiles(dir, files), sys('unlinkat', [root, id, AT.REMOVEDIR])]),
  ];
  return {
    dir,
    create,
    recordCgroups: (directories, scope) => planCgroupRecord(directories, dir, scope),
    record: [...planProcessLink(link, id, { ...regs, dir }), ...planRecord({ ...input, id }, { ...regs, dir })],
    publish: [sys('renameat', [dir, stateFile.creating, dir, stateFile.state], { say: `publish the state of container "${id}"` })],
    start: planStart(dir),
    // Undo works on these two; the fds themselves, and so the lock, stay with the process.
    keep: [set(dir, -1), set(root, -1)],
  };
}

function planProcessLink(link: string, id: string, { dir, pid }: { dir: Reg; pid: Reg }): Op[] {
  const target = buf('process link', 32);
  return [format(target, ['/proc/', pid]), sys('symlinkat', [target, dir, link], { say: `record the process of container "${id}"` })];
}

/** Opens the root, or makes it. The last component is no link; those above are the user's own choice. */
function planOpenRoot(path: string, root: Reg): Op[] {
  const missing = label('no state root');
  const open = label('state root open');
  const shown = JSON.stringify(path);
  const openRoot = sys('openat', [AT.FDCWD, path, O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC], {
    to: root,
    say: `open the state directory ${shown}`,
  });
  const components = path.split('/').slice(1);
  return [
    { ...openRoot, unless: { errno: ['ENOENT'], goto: missing } },
    jump(open),
    here(missing),
    ...components.map((_, i) =>
      sys('mkdirat', [AT.FDCWD, `/${components.slice(0, i + 1).join('/')}`, 0o700], {
        unless: { errno: ['EEXIST'] },
        say: `make the state directory ${shown}`,
      }),
    ),
    openRoot,
    here(open),
    ...planOwned(root, shown),
  ];
}

const statxUid = 20;
const statxMode = 28;

function planOwned(root: Reg, shown: string): Op[] {
  const stat = buf('statx', 256);
  const [uid, owner, mode] = [reg('own uid'), reg('owner'), reg('mode')];
  const [foreign, open, ours] = [label('foreign state root'), label('open state root'), label('own state root')];
  const say = `look at the state directory ${shown}`;
  return [
    sys('geteuid', [], { to: uid, say }),
    sys('statx', [root, '', AT.EMPTY_PATH, STATX.UID | STATX.MODE, stat], { say }),
    load(at(stat, statxUid), 4, owner),
    branch(owner, '!=', uid, foreign),
    load(at(stat, statxMode), 2, mode),
    branch(mode, '!=', 0, open, 0o022),
    jump(ours),
    here(foreign),
    raise(`the state directory ${shown} belongs to another user, who could plant states in it`),
    here(open),
    raise(`the state directory ${shown} is writable by others, who could plant states in it`),
    here(ours),
  ];
}
