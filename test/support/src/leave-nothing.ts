import { afterEach, beforeEach } from 'mocha';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.js';

/** What a test could leave behind on this machine, each kind as lines that tell what it is. */
export interface Snapshot {
  /** Of this process's mount namespace. @man proc_pid_mountinfo(5) */
  readonly mounts: readonly string[];
  /** Descendants of this process. */
  readonly processes: readonly string[];
  /** cgroup directories whose path names standpipe, in every hierarchy mounted here. */
  readonly cgroups: readonly string[];
  /** Below /run/standpipe. */
  readonly state: readonly string[];
  /** Of this process, by what they refer to. */
  readonly fds: readonly string[];
}

export interface Allowed {
  /** Kinds that aren't looked at. */
  readonly ignore?: readonly (keyof Snapshot)[];
  /** How long a process that is about to end, or a handle about to close, is waited for; default 2000. */
  readonly withinMs?: number;
}

const stateRoot = '/run/standpipe';
const kinds = ['mounts', 'processes', 'cgroups', 'state', 'fds'] as const;

/** Adds hooks to the suite it is called in: each test must leave the machine as it found it. */
export function leaveNothing({ ignore = [], withinMs = 2000 }: Allowed = {}): void {
  let before: Snapshot | undefined;
  beforeEach('look at the machine', async () => {
    await settle();
    before = snapshot();
  });
  afterEach('nothing was left behind', async function (this: Mocha.Context) {
    if (before === undefined) return;
    const deadline = Date.now() + withinMs;
    this.timeout(withinMs + 10_000);
    for (;;) {
      const left = difference(before, snapshot()).filter(({ kind, line }) => !ignore.includes(kind) && isNobodys(line));
      if (left.length === 0) return;
      if (Date.now() >= deadline) throw new Error(`left behind:\n${left.map(({ kind, line }) => `  ${kind}: ${line}`).join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}

let settled: Promise<unknown> | undefined;

/** Has Node open what it opens once and keeps, as /dev/null with its first child: before the first snapshot. */
export async function settle(): Promise<void> {
  settled ??= run(process.execPath, ['--version']);
  await settled;
}

/** Looks at the machine. */
export function snapshot(): Snapshot {
  const mounts = linesOf('/proc/self/mountinfo');
  return {
    mounts,
    processes: descendants(),
    cgroups: cgroups(mounts),
    state: below(stateRoot),
    fds: fds(),
  };
}

/** What is there now and wasn't before; of mounts and state also what is gone. */
export function difference(before: Snapshot, now: Snapshot): { kind: keyof Snapshot; line: string }[] {
  return kinds.flatMap((kind) => {
    const more = without(now[kind], before[kind]).map((line) => ({ kind, line }));
    const less =
      kind === 'mounts' || kind === 'state' ? without(before[kind], now[kind]).map((line) => ({ kind, line: `gone: ${line}` })) : [];
    return [...more, ...less];
  });
}

// As multisets: a second fd to one file is a leak too.
function without(lines: readonly string[], known: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of known) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function descendants(): string[] {
  const parents = new Map<number, number>();
  const names = new Map<number, string>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = attempt(() => readFileSync(`/proc/${entry}/stat`, 'utf8'), '');
    // The name is in parentheses and may hold any character, a parenthesis included.
    const end = stat.lastIndexOf(')');
    const [state, parent] = stat.slice(end + 2).split(' ');
    if (parent === undefined) continue;
    parents.set(pid, Number(parent));
    names.set(pid, `${pid} ${stat.slice(stat.indexOf('(') + 1, end)} (${state ?? '?'})`);
  }
  const isOurs = (pid: number): boolean => {
    for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at)) if (at === process.pid) return true;
    return false;
  };
  return [...names].filter(([pid]) => isOurs(pid)).map(([, name]) => name);
}

function cgroups(mounts: readonly string[]): string[] {
  return mounts.flatMap((line) => {
    const [own = '', rest = ''] = line.split(' - ');
    const point = own.split(' ')[4];
    return point !== undefined && rest.startsWith('cgroup') ? below(point).filter((path) => path.includes('standpipe')) : [];
  });
}

function below(folder: string): string[] {
  const entries = attempt(() => readdirSync(folder, { withFileTypes: true }), []);
  const isCgroup = folder !== stateRoot && !folder.startsWith(`${stateRoot}/`);
  return entries
    .filter((entry) => entry.isDirectory() || !isCgroup)
    .flatMap((entry) => [join(folder, entry.name), ...(entry.isDirectory() ? below(join(folder, entry.name)) : [])]);
}

function fds(): string[] {
  return readdirSync('/proc/self/fd')
    .map((fd) => attempt(() => readlinkSync(`/proc/self/fd/${fd}`), ''))
    .filter((target) => target !== '' && !target.startsWith(`/proc/${process.pid}/fd`))
    .map((target) => target.replace(/^(socket|pipe):\[\d+\]$/, '$1'));
}

/** Tests name what they make by their process. What bears that of another one which is at work now is not ours to mind. */
function isNobodys(path: string): boolean {
  const pid = /standpipe-[a-z-]+?-?(\d+)/.exec(path)?.[1];
  return pid === undefined || Number(pid) === process.pid || !existsSync(`/proc/${pid}`) || isOurChild(Number(pid));
}

function isOurChild(pid: number): boolean {
  return descendants().some((line) => line.startsWith(`${String(pid)} `));
}

// What is listed in /proc and /run may be gone a moment later.
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}
