import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { label, link, type Op, raise, resetSignals, section, sys, withSealedProgram, words } from '@standpipe/program';
import { compileProfile } from './compile.js';
import { noListener } from './errors.js';
import { forbiddenOps } from './forbidden-ops.js';
import { planSeccomp } from './plan-seccomp.js';
import type { SeccompProfile } from './profile.js';

const PR_SET_NO_NEW_PRIVS = 38;
/** What the command's failure to start exits with. */
const NOT_STARTED = 125;

export interface SpawnFilteredOptions {
  readonly stdio?: StdioOptions | undefined;
  readonly cwd?: string | undefined;
  /** The whole environment; this process's when left out. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Starts a command under a profile, with no container around it and no privileges needed: it can't gain any either
 * (no_new_privs). The child is the command itself; if that could not be started, it says why on its standard error and exits with 125.
 *
 * @throws SpecError for a profile that is none, that would not let execve(2) pass, or that has nobody to notify
 */
export function spawnFiltered(args: readonly string[], profile: SeccompProfile, options: SpawnFilteredOptions = {}): ChildProcess {
  const { stdio = 'pipe', cwd, env = process.env } = options;
  const filter = compileProfile(profile, { pointer: '' });
  const [command = ''] = args;
  const argv = words('argv', [...args, null]);
  const envp = words('envp', [...Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])), null]);
  const folders = command.includes('/') ? [] : (env['PATH'] ?? '/usr/bin:/bin').split(':').filter((folder) => folder.startsWith('/'));
  const exec: Op[] =
    folders.length === 0
      ? [sys('execve', [command, argv, envp], { say: `execute "${command}"` })]
      : [
          ...folders.map((folder) =>
            sys('execve', [`${folder}/${command}`, argv, envp], { unless: { errno: ['ENOENT', 'ENOTDIR', 'EACCES'] } }),
          ),
          raise(`"${command}" is in no directory of PATH`),
        ];
  forbiddenOps(filter.profile, exec);
  const load = planSeccomp(filter);
  if (load.listener !== undefined) throw noListener('');
  const ops: Op[] = [
    ...resetSignals(),
    sys('prctl', [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0], { say: 'give up gaining privileges' }),
    ...load.ops,
    ...exec,
  ];
  const end: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [NOT_STARTED])];
  const origin = { plugin: 'seccomp', step: 'spawn' };
  const program = link({ sections: [section('command', label('command'), ops, end, origin)] });
  return withSealedProgram(program, (path) => spawn(path, [], { argv0: 'standpipe-init', stdio, cwd }));
}
