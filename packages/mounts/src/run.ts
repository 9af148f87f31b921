import { type SpawnSyncReturns, spawnSync, type StdioOptions } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { AT, CLONE, O } from '@standpipe/syscalls';
import { label, link, type Op, reg, section, sys, withSealedProgram, words } from '@standpipe/program';
import { setattr } from './attributes.js';
import { PROPAGATION } from './constants.js';
import { commandNotFound } from './errors.js';
import type { Mount } from './mount.js';
import { planMounts } from './plan.js';

export interface RunWithMountsOptions {
  /** Sources of binds are relative to it, and the command starts in it; this process's when left out. */
  readonly cwd?: string | undefined;
  /** The whole environment; this process's when left out. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** As for Node's `spawnSync`; the default is `pipe`. */
  readonly stdio?: StdioOptions | undefined;
}

const FAILED_TO_START = 125;
const origin = { plugin: 'mounts', step: 'run' };

/**
 * Runs a command to its end with mounts that it alone sees: they are made in a mount namespace that ends with it.
 * Destinations are paths of this machine; a missing one is made, and stays.
 *
 * The result is that of Node's `spawnSync`. When a mount can't be made the command doesn't run; its standard error then says
 * why, and the status is 125.
 *
 * @throws SpecError with every issue of `mounts`; PlumbingError `COMMAND_NOT_FOUND`; SyscallError
 * @cap CAP_SYS_ADMIN
 * @kernel 5.12
 */
export function runWithMounts(
  mounts: readonly Mount[],
  [command, ...args]: readonly [string, ...string[]],
  options: RunWithMountsOptions = {},
): SpawnSyncReturns<string> {
  const { cwd = process.cwd(), env = process.env, stdio = 'pipe' } = options;
  const root = reg('root');
  const { prepare, mount, protect, sections } = planMounts(mounts, { root, bundle: resolve(cwd), origin });
  const file = findCommand(command, env['PATH']);
  const environment = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const ops: Op[] = [
    ...prepare,
    sys('unshare', [CLONE.NEWNS], { say: 'make a mount namespace' }),
    setattr(AT.FDCWD, { path: '/', propagation: PROPAGATION.SLAVE, recursive: true, say: 'keep mounts from spreading' }),
    sys('openat', [AT.FDCWD, '/', O.PATH | O.DIRECTORY | O.CLOEXEC], { to: root, say: 'open "/"' }),
    ...mount,
    ...protect,
    // What was mounted upon the working directory or above it counts.
    sys('chdir', [resolve(cwd)], { say: `change to ${JSON.stringify(cwd)}` }),
    sys('execve', [file, words('argv', [command, ...args, null]), words('envp', [...environment, null])], {
      say: `run ${JSON.stringify(command)}`,
    }),
  ];
  const end: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [FAILED_TO_START])];
  const program = link({ sections: [section('command', label('start'), ops, end, origin), ...sections] });
  return withSealedProgram(program, (path) => spawnSync(path, [], { cwd, env, stdio, encoding: 'utf8' }));
}

function findCommand(command: string, path = ''): string {
  if (command.includes('/')) return command;
  const found = path
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  if (found === undefined) throw commandNotFound(command);
  return found;
}
