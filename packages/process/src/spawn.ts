import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { label, link, type Op, reg, section, sys, withSealedProgram } from '@standpipe/program';
import { type CpuAffinity, planCpuAffinity } from './affinity.js';
import { planCwd } from './cwd.js';
import { planExec } from './exec.js';
import { planCloseFds } from './fds.js';
import { planEnvironment } from './plan-env.js';
import { type AdmittedProcess, planAdmission, planRestrictions, type RestrictedProcess } from './plan-process.js';
import { planStdioOwner } from './stdio.js';
import { planUser, type User } from './user.js';

/** What of a config.json's `process` and `linux` a command can be started with. */
export interface ProcessInput extends AdmittedProcess, RestrictedProcess {
  readonly args: readonly string[];
  /** `NAME=VALUE` each; the default is this process's. Without HOME it is the user's of /etc/passwd. */
  readonly env?: readonly string[] | undefined;
  /** Absolute; the default is this process's. */
  readonly cwd?: string | undefined;
  /** Left out, the user and all groups stay. */
  readonly user?: User | undefined;
  /** As nothing is moved to a cgroup here, `final` holds if it is given, else `initial`. */
  readonly execCPUAffinity?: CpuAffinity | undefined;
}

/** What the command's failure to start exits with. */
const NOT_STARTED = 125;

/**
 * Starts a command as `process` describes it. The child is the command itself. If it could not be
 * started, it says why on its standard error and exits with 125. Of its fds it has those of `stdio` alone.
 *
 * @throws SpecError for what can't be; SyscallError
 */
export function spawnProcess(input: ProcessInput, options: { readonly stdio?: StdioOptions | undefined } = {}): ChildProcess {
  const { stdio = 'pipe' } = options;
  const keepFds = Array.isArray(stdio) ? Math.max(0, stdio.length - 3) : 0;
  const end: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [NOT_STARTED])];
  const origin = { plugin: 'process', step: 'spawn' };
  const program = link({ sections: [section('command', label('command'), planCommand(input, keepFds), end, origin)] });
  return withSealedProgram(program, (path) => spawn(path, [], { argv0: 'standpipe-init', stdio }));
}

function planCommand(input: ProcessInput, keepFds: number): Op[] {
  const { args, env = ownEnvironment(), cwd = process.cwd(), user, execCPUAffinity = {} } = input;
  const pid = reg('own pid');
  const { initial, final } = planCpuAffinity(execCPUAffinity, 0);
  const directory = planCwd(cwd);
  const { ops, environment } = planEnvironment(env, { uid: user?.uid ?? process.geteuid?.() ?? 0 });
  return [
    sys('getpid', [], { to: pid }),
    ...planAdmission(input, { pid, inUserNamespace: false }),
    ...initial,
    ...final,
    ...planRestrictions(input),
    ...directory.beforeUser,
    ...(user === undefined ? [] : [...planStdioOwner(user.uid), ...planUser(user)]),
    ...directory.afterUser,
    ...ops,
    ...planCloseFds(keepFds),
    ...planExec(args, environment),
  ];
}

function ownEnvironment(): string[] {
  return Object.entries(process.env).map(([key, value]) => `${key}=${value ?? ''}`);
}
