import { createRequire } from 'node:module';
import { asOrdinaryUser, type Ran, run, type RunOptions } from '@standpipe/test-support';

/** The command line, as npm links it: start it with Node. */
export const standpipePath: string = createRequire(import.meta.url).resolve('@standpipe/cli/bin/standpipe.cjs');

/** Runs `standpipe` with these words. */
export async function standpipe(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run(process.execPath, [standpipePath, ...args], options);
}

/** The same as uid and gid 1000, with a state root in `home`. */
export async function standpipeAsUser(args: readonly string[], home: string, options: RunOptions = {}): Promise<Ran> {
  const [command, words] = asOrdinaryUser(process.execPath, [standpipePath, ...args]);
  return run(command, words, { ...options, env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home, ...options.env } });
}

let count = 0;

/** A container id that no other test has, and a cgroup's name by which `leaveNothing` knows it. */
export function freshId(): string {
  count += 1;
  return `standpipe-test-${String(process.pid)}-${String(count)}`;
}
