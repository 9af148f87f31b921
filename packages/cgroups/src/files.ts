import { closeSync, constants, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';

// A cgroup that is being removed, a file of a controller that isn't enabled, pressure switched off at boot, a threaded cgroup's processes.
const absent = new Set(['ENOENT', 'ENODEV', 'EOPNOTSUPP', 'ENOTSUP']);

/** The text of a cgroup's file, or undefined where there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (absent.has(codeOf(error) ?? '')) return undefined;
    throw error;
  }
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

/** The names of the cgroups directly below; none when it is gone. */
export function childrenOf(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if (absent.has(codeOf(error) ?? '')) return [];
    throw error;
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
