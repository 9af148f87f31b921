import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { join } from 'node:path';
import type { CgroupDirectory } from './directory.js';

// Enters one cgroup after the other, then becomes the command. A failed write ends it: nothing runs outside of its limits.
const script = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 126; shift; done; shift; exec "$@"';

/**
 * Starts a program that is in the cgroup from its first instruction on: a shell enters, and becomes it. Takes what spawn of
 * node:child_process takes, but for `shell`; with `uid` or `gid` these need to have write permission to the cgroup.
 */
export function spawnIn(
  directories: readonly CgroupDirectory[],
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const files = directories.map(({ path }) => join(path, 'cgroup.procs'));
  return spawn('/bin/sh', ['-c', script, 'sh', ...files, '--', command, ...args], { ...options, shell: false });
}
