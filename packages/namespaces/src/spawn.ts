import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { link, withSealedProgram } from '@standpipe/program';
import { planCommand } from './command.js';
import type { NamespacesInput } from './input.js';
import { findIdMapHelpers, ordinaryUserMappings } from './ordinary-user.js';
import type { PlanNamespacesInput } from './plan.js';

export interface SpawnInNamespacesOptions extends NamespacesInput {
  /** The default is this process's. */
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** As for Node's `spawn`; the default is `pipe`. */
  readonly stdio?: StdioOptions | undefined;
}

/**
 * Runs a command in namespaces, new ones and ones that exist. As root or, with a user namespace among the new ones, as
 * anyone; its ids are mapped by `ordinaryUserMappings` when nothing else is said.
 *
 * The child is standpipe-init, which waits for the command: it passes on what signals it gets, exits with the command's code
 * (128 and the number for a signal), and the command dies with it. When the command could not be started it says why on its
 * standard error and exits with 125.
 *
 * What is mounted in a new mount namespace stays in there. /proc is that of outside until the command mounts its own.
 *
 * @throws SpecError for namespaces that can't be; SyscallError
 */
export function spawnInNamespaces(command: string, args: readonly string[], options: SpawnInNamespacesOptions): ChildProcess {
  const { cwd, env = process.env, stdio = 'pipe' } = options;
  const program = planCommand({
    ...withMappings(options),
    ...ourselves(),
    argv: [command, ...args],
    path: env['PATH'] ?? '/usr/bin:/bin',
    keepFds: Array.isArray(stdio) ? Math.max(0, stdio.length - 3) : 0,
  });
  return withSealedProgram(link(program), (path) => spawn(path, [], { argv0: 'standpipe-init', cwd, env, stdio }));
}

function withMappings(input: NamespacesInput): NamespacesInput {
  const { namespaces, uidMappings, gidMappings, timeOffsets } = input;
  const newUser = namespaces?.some(({ type, path }) => type === 'user' && path === undefined) === true;
  const mapped = uidMappings !== undefined || gidMappings !== undefined || !newUser;
  return { namespaces, timeOffsets, ...(mapped ? { uidMappings, gidMappings } : ordinaryUserMappings()) };
}

function ourselves(): Pick<PlanNamespacesInput, 'rootless' | 'setgroupsDenied'> {
  const [euid = 0, egid = 0] = [process.geteuid?.(), process.getegid?.()];
  return {
    rootless: euid === 0 ? undefined : { euid, egid, ...findIdMapHelpers() },
    setgroupsDenied: readFileSync('/proc/self/setgroups', 'utf8').trim() === 'deny',
  };
}
