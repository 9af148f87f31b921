import { type ChildProcess, spawn } from 'node:child_process';
import { link, withSealedProgram } from '@standpipe/program';
import { planCommand } from './command.js';
import type { ConsoleSize } from './size.js';

export interface SpawnInTerminalOptions {
  /** Rows and columns; the default is that of the terminal on the standard streams, if there is one. */
  readonly consoleSize?: ConsoleSize | undefined;
  /** The default is this process's. */
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** `pipe` (the default): what it reads and writes goes through `stdin` and `stdout`. `inherit`: it has the user's terminal, which is raw meanwhile. */
  readonly stdio?: 'pipe' | 'inherit' | undefined;
}

/**
 * Runs a command in a pseudo terminal of its own, as it runs when a person has started it. As anyone.
 *
 * The child is standpipe-init, which relays: between the terminal and its own standard streams. It passes on what signals
 * it gets, and exits with the command's code, 128 and the number for a signal. The command is hung up when it is
 * killed. Why a command can't be run is written to where its output would be; the code is 125 then.
 *
 * @throws SpecError for a size that a terminal can't have; SyscallError
 */
export function spawnInTerminal(command: string, args: readonly string[] = [], options: SpawnInTerminalOptions = {}): ChildProcess {
  const { consoleSize, cwd, env = process.env, stdio = 'pipe' } = options;
  const program = planCommand({ argv: [command, ...args], path: env['PATH'] ?? '/usr/bin:/bin', consoleSize });
  return withSealedProgram(link(program), (path) => spawn(path, [], { argv0: 'standpipe-init', cwd, env, stdio }));
}
