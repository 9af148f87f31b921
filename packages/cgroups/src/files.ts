import { closeSync, constants, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';

// A cgroup that is being removed, a file of a controller that isn't enabled, pressure switched off at boot, a threaded cgroup's processes.
const absent = new Set(['ENOENT', 'ENODEV', 'EOPNOTSUPP', 'ENOTSUP']);

/** The text of a cgroup's file, or undefined where there is none. */
export function readIfThere(path: string): string | undefined {
  return unlessAbsent(() => readFileSync(path, 'utf8'));
}

/** Writes a value by one write(2), as cgroupfs wants it, to a file that exists. */
export function writeValue(path: string, value: string): void {
  const fd = openSync(path, constants.O_WRONLY);
  try {
    // Nothing at all would be no write: an empty list of CPUs is a line break.
    writeSync(fd, value === '' ? '\n' : value);
  } finally {
    closeSync(fd);
  }
}

/** Where a path comes near to what the kernel takes (4095), with room for a name and one more. */
const LONG_PATH = 3500;

/**
 * Does something for each cgroup directly below, by a path that is short enough however deep it lies: whoever may make cgroups may nest them
 * deeper than a path is long. Of one that is gone there are none.
 */
export function forEachChild(path: string, body: (path: string) => void): void {
  const fd = path.length > LONG_PATH ? openIfThere(path) : undefined;
  try {
    for (const name of childrenOf(path)) body(fd === undefined ? `${path}/${name}` : `/proc/self/fd/${String(fd)}/${name}`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function openIfThere(path: string): number | undefined {
  return unlessAbsent(() => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
}

function childrenOf(path: string): string[] {
  const entries = unlessAbsent(() => readdirSync(path, { withFileTypes: true })) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function unlessAbsent<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (absent.has(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
