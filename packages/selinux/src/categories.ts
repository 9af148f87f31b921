import { randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { formatLevel, parseLevel } from './context.js';
import { invalidLevel, noCategories } from './errors.js';

const CATEGORIES = 1024;
/** Half of the 523,776 pairs would have to be taken for one in a thousand allocations to need more than ten. */
const TRIES = 1000;

/**
 * Takes a level with two categories that no other container of this machine has: `s0:c12,c845`. Both may be in other pairs,
 * but nobody has them both, so neither of two containers may touch what is the other's.
 *
 * Each pair that is taken is a symbolic link in the directory, which says whose it is. Making one either works or finds it there, so there is nothing to
 * lock, and whoever is killed leaves no more than a pair that is taken. A directory below /run is empty after a boot, as are the containers.
 *
 * @throws PlumbingError `SELINUX_CATEGORIES_EXHAUSTED`
 */
export function allocateLevel(directory: string, owner: string): string {
  for (let tries = 0; tries < TRIES; tries++) {
    const first = randomInt(CATEGORIES);
    const second = (first + randomInt(1, CATEGORIES)) % CATEGORIES;
    const level = formatLevel({ sensitivity: 0, categories: [first, second].toSorted((a, b) => a - b) });
    if (reserveLevel(directory, level, owner)) return level;
  }
  throw noCategories(directory);
}

/**
 * Takes a level that is known already: of a container that was there before, say. False when it is another's.
 *
 * @throws SpecError for what is no level of two categories
 */
export function reserveLevel(directory: string, level: string, owner: string): boolean {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, nameOf(level));
  try {
    symlinkSync(owner, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return ownerIn(path) === owner;
  }
}

/** Gives a level back. One that is free, or another's by now, stays as it is. */
export function freeLevel(directory: string, level: string, owner: string): void {
  const path = join(directory, nameOf(level));
  if (ownerIn(path) === owner) unlinkSync(path);
}

/** The levels that are taken, and by whom. */
export function takenLevels(directory: string): Map<string, string> {
  const taken = new Map<string, string>();
  for (const name of namesIn(directory)) {
    const owner = ownerIn(join(directory, name));
    if (owner !== undefined) taken.set(`s0:${name}`, owner);
  }
  return taken;
}

/** One name for each pair. */
function nameOf(level: string): string {
  const parsed = parseLevel(level);
  if (parsed.sensitivity !== 0 || parsed.categories.length !== 2) throw invalidLevel(level);
  return formatLevel(parsed).slice('s0:'.length);
}

function ownerIn(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
