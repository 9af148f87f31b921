import { setTimeout as sleep } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { frozenAbove, noFreezer, stateTimedOut } from './errors.js';
import { type CgroupDirectory, unified } from './directory.js';
import { forEachChild, readIfThere, writeValue } from './files.js';
import { attempting, checkMayStop, nameOf } from './processes.js';

export type FreezerState = 'thawed' | 'freezing' | 'frozen';

export interface WaitSettings {
  /** How long to wait for the kernel; 10 s when left out. */
  readonly timeoutMs?: number;
}

/** What freezes a cgroup: the file that asks for it, and what says that it is done. */
interface Freezer {
  readonly path: string;
  readonly frozen: string;
  readonly thawed: string;
  state(): FreezerState;
  /** Whether a cgroup above is frozen, and this one with it. */
  frozenAbove(): boolean;
}

const POLL_MS = 2;
/** A v1 cgroup that is still FREEZING after so many looks is thawed for a moment. */
const LOOKS_UNTIL_THAW = 25;

/**
 * Stops every process in the cgroup and below, and returns when all have stopped. On failure what was running runs on.
 *
 * @kernel v2 5.2
 */
export async function freeze(directories: readonly CgroupDirectory[], { timeoutMs = 10_000 }: WaitSettings = {}): Promise<void> {
  checkMayStop(directories, 'freeze');
  const freezer = freezerOf(directories);
  if (freezer === undefined) throw noFreezer(nameOf(directories));
  if (!(await tryFreeze(freezer, timeoutMs))) {
    set(freezer, false);
    throw stateTimedOut(nameOf(directories), 'freeze', timeoutMs);
  }
}

/** Lets them run again. An error when that isn't so afterwards, since a cgroup above is frozen. */
export async function thaw(directories: readonly CgroupDirectory[], { timeoutMs = 10_000 }: WaitSettings = {}): Promise<void> {
  const freezer = freezerOf(directories);
  if (freezer === undefined) throw noFreezer(nameOf(directories));
  set(freezer, false);
  for (const deadline = Date.now() + timeoutMs; freezer.state() !== 'thawed'; await sleep(POLL_MS)) {
    if (freezer.frozenAbove()) throw frozenAbove(nameOf(directories));
    if (Date.now() > deadline) throw stateTimedOut(nameOf(directories), 'thaw', timeoutMs);
  }
}

export function freezerState(directories: readonly CgroupDirectory[]): FreezerState {
  return freezerOf(directories)?.state() ?? 'thawed';
}

/** Freezes for a moment, to do what must not be raced: as far as it goes within the time. */
export async function holdStill(directories: readonly CgroupDirectory[], timeoutMs: number): Promise<void> {
  const freezer = freezerOf(directories);
  if (freezer !== undefined) await tryFreeze(freezer, timeoutMs);
}

/** Thaws as far as this cgroup goes, without waiting. */
export function letGo(directories: readonly CgroupDirectory[]): void {
  const freezer = freezerOf(directories);
  if (freezer !== undefined) set(freezer, false);
}

async function tryFreeze(freezer: Freezer, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (let looks = 1; ; looks++) {
    // Said anew each time: on v1 a task that was forked, or stopped, or woken since may have been missed.
    set(freezer, true);
    if (freezer.state() === 'frozen') return true;
    if (Date.now() > deadline) return false;
    // On v1 some tasks never get there, as one that waits for another that is frozen already (vfork); a moment's thaw lets them past.
    if (looks % LOOKS_UNTIL_THAW === 0) set(freezer, false);
    await sleep(POLL_MS);
  }
}

function set(freezer: Freezer, frozen: boolean): void {
  const value = frozen ? freezer.frozen : freezer.thawed;
  attempting(`write ${JSON.stringify(value)}`, freezer.path, () => {
    writeValue(freezer.path, value);
  });
}

/** The v1 freezer where there is one: that is where others look, too. */
function freezerOf(directories: readonly CgroupDirectory[]): Freezer | undefined {
  const v1 = directories.find(({ version, controllers }) => version === 1 && controllers.includes('freezer'));
  if (v1 !== undefined) return freezerV1(v1.path);
  const v2 = unified(directories);
  return v2 === undefined || readIfThere(join(v2.path, 'cgroup.freeze')) === undefined ? undefined : freezerV2(v2);
}

function freezerV1(directory: string): Freezer {
  const path = join(directory, 'freezer.state');
  return {
    path,
    frozen: 'FROZEN',
    thawed: 'THAWED',
    state: () => {
      const state = readIfThere(path)?.trim();
      return state === 'FROZEN' ? 'frozen' : state === 'FREEZING' ? 'freezing' : 'thawed';
    },
    frozenAbove: () => readIfThere(join(directory, 'freezer.parent_freezing'))?.trim() === '1',
  };
}

function freezerV2({ path: directory, mountPoint }: CgroupDirectory): Freezer {
  const path = join(directory, 'cgroup.freeze');
  const asked = (at: string): boolean => readIfThere(join(at, 'cgroup.freeze'))?.trim() === '1';
  const above = (at: string): boolean => at !== mountPoint && (asked(dirname(at)) || above(dirname(at)));
  return {
    path,
    frozen: '1',
    thawed: '0',
    state: () => (isFrozenV2(directory) ? 'frozen' : asked(directory) ? 'freezing' : 'thawed'),
    frozenAbove: () => above(directory),
  };
}

/** Of a cgroup with both processes and cgroups below it the kernel may say `frozen` when only the one or the other is: so each is asked. */
function isFrozenV2(path: string): boolean {
  let frozen = readIfThere(join(path, 'cgroup.events'))?.includes('frozen 1') === true;
  if (frozen) {
    forEachChild(path, (child) => {
      frozen &&= isFrozenV2(child);
    });
  }
  return frozen;
}
