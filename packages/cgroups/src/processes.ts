import { join } from 'node:path';
import { fileFailed, holdsCaller, wholeHierarchy, writeFailed } from './errors.js';
import { type CgroupDirectory, unified } from './directory.js';
import { codeOf, forEachChild, readIfThere, writeValue } from './files.js';
import { linesOf } from './stats/count.js';

export interface ListSettings {
  /** With those in the cgroups below it. */
  readonly recursive?: boolean;
}

/** The processes or threads in a cgroup, whichever of its hierarchies they are in, in the order of their numbers. One that this process can't see is left out. */
export function listTasks(
  directories: readonly CgroupDirectory[],
  kind: 'processes' | 'threads',
  { recursive = false }: ListSettings,
): number[] {
  const found = new Set<number>();
  for (const { path, version } of directories) collect(path, filesOf(kind, version), recursive, found);
  // Those of an outer pid namespace are shown as 0.
  found.delete(0);
  return [...found].sort((a, b) => a - b);
}

function filesOf(kind: 'processes' | 'threads', version: CgroupDirectory['version']): readonly string[] {
  const threads = version === 1 ? 'tasks' : 'cgroup.threads';
  // The processes of a threaded cgroup are those of its domain; cgroup.procs can't be read there, and its threads have to do.
  return kind === 'threads' ? [threads] : version === 1 ? ['cgroup.procs'] : ['cgroup.procs', 'cgroup.threads'];
}

function collect(path: string, files: readonly string[], recursive: boolean, found: Set<number>): void {
  const text = files.map((file) => readIfThere(join(path, file))).find((one) => one !== undefined);
  for (const line of linesOf(text)) found.add(Number(line));
  if (!recursive) return;
  forEachChild(path, (child) => {
    collect(child, files, true, found);
  });
}

/** Whether any process is in the cgroup or below it. */
export function isPopulated(directories: readonly CgroupDirectory[]): boolean {
  return directories.some((directory) => (directory.version === 2 ? isPopulatedV2(directory.path) : isPopulatedV1(directory.path)));
}

function isPopulatedV2(path: string): boolean {
  return readIfThere(join(path, 'cgroup.events'))?.includes('populated 1') === true;
}

function isPopulatedV1(path: string): boolean {
  const text = readIfThere(join(path, 'cgroup.procs'));
  let populated = text !== undefined && text !== '';
  if (!populated) {
    forEachChild(path, (child) => {
      populated ||= isPopulatedV1(child);
    });
  }
  return populated;
}

/** Moves a process, with all its threads, into the cgroup. */
export function moveProcess(directories: readonly CgroupDirectory[], pid: number): void {
  const done: { path: string; value: string }[] = [];
  for (const { path, version } of directories) {
    const file = join(path, 'cgroup.procs');
    const write = { path: file, value: String(pid) };
    try {
      writeValue(file, write.value);
    } catch (error) {
      throw writeFailed(error, { ...write, explanation: whyNotMoved(path, version, codeOf(error)), inEffect: done });
    }
    done.push(write);
  }
}

function whyNotMoved(path: string, version: CgroupDirectory['version'], code: string | undefined): string | undefined {
  switch (code) {
    case 'ESRCH':
      return 'there is no such process any more';
    case 'ENOSPC':
      return 'its cpuset.cpus or cpuset.mems is empty';
    case 'EBUSY':
      return version === 2 && linesOf(readIfThere(join(path, 'cgroup.subtree_control'))).length > 0
        ? 'it passes controllers on to the cgroups below it, and then can hold no process itself'
        : undefined;
    case 'EOPNOTSUPP':
      return version === 2 ? `the cgroup is of type ${readIfThere(join(path, 'cgroup.type'))?.trim() ?? 'unknown'}` : undefined;
    case 'EACCES':
    case 'EPERM':
      return version === 2 ? "the process's cgroup, this one and what they have in common must all be writable" : undefined;
    case undefined:
    default:
      return undefined;
  }
}

/** Refuses what must never be done to the whole machine, or to oneself. */
export function checkMayStop(directories: readonly CgroupDirectory[], attempt: string): void {
  checkNotRoot(directories, attempt);
  const holder = directories.find((directory) => listTasks([directory], 'processes', { recursive: true }).includes(process.pid));
  if (holder !== undefined) throw holdsCaller(holder.path, attempt);
}

export function checkNotRoot(directories: readonly CgroupDirectory[], attempt: string): void {
  const root = directories.find(({ path, mountPoint }) => path === mountPoint);
  if (root !== undefined) throw wholeHierarchy(root.path, attempt);
}

/** The cgroup by one of its directories, for messages. */
export function nameOf(directories: readonly CgroupDirectory[]): string {
  const directory = unified(directories) ?? directories[0];
  return directory === undefined ? '' : directory.path.slice(directory.mountPoint.length) || '/';
}

/** Rethrows what Node's file functions say as an error of ours. */
export function attempting<T>(attempt: string, path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw fileFailed(error, attempt, path);
  }
}
