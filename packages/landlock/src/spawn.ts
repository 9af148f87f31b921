import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { executeCommand, label, link, type Op, prologue, section, sys, withSealedProgram } from '@standpipe/program';
import { readLandlockAbi } from './abi.js';
import { planLandlock, planNoNewPrivileges } from './plan.js';
import type { LandlockPolicy } from './policy.js';

/** What the command's failure to start exits with. */
const NOT_STARTED = 125;

export interface SpawnConfinedOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdio?: StdioOptions;
  /** Fail when this kernel can't enforce the whole policy. */
  readonly strict?: boolean;
}

/**
 * Starts a command confined by a policy, with no_new_privs. The child is the command itself. If it could not be started, it says why on its standard
 * error and exits with 125; a command that the policy doesn't let it execute is such a case.
 *
 * @throws NotSupportedError, SpecError as `planLandlock` does
 */
export function spawnConfined(
  command: string,
  args: readonly string[],
  policy: LandlockPolicy,
  { env = process.env, stdio = 'pipe', strict }: SpawnConfinedOptions = {},
): ChildProcess {
  const { ops } = planLandlock(policy, { abi: readLandlockAbi(), strict });
  const run: Op[] = [...prologue(), ...planNoNewPrivileges(), ...ops, ...executeCommand([command, ...args], env['PATH'] ?? '')];
  const end: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [NOT_STARTED])];
  const program = link({ sections: [section('command', label('command'), run, end, { plugin: 'landlock', step: 'spawn' })] });
  return withSealedProgram(program, (path) => spawn(path, [], { argv0: 'standpipe-init', env, stdio }));
}
