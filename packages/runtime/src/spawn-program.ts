import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { withSealedProgram } from '@standpipe/program';
import { ControlSocket } from './control-socket.js';
import type { CreateProgram } from './create-program.js';
import { callbackFailed, setUpFailed } from './errors.js';

export interface SpawnSettings {
  /** The container's standard streams; this process's own when left out. */
  readonly stdio?: 'inherit' | 'pipe' | 'ignore' | readonly ('inherit' | 'pipe' | 'ignore' | number)[];
}

/** A create program that runs as a child of this process. */
export interface RunningProgram {
  /** standpipe-init, which forwards to the container what signals it gets. */
  readonly process: ChildProcess;
  /** The exit code: the container's, or that of a failed set-up. Rejects when a callback threw, and for a program that tells its caller of failures with the failure. */
  readonly exited: Promise<number>;
}

/** Runs a create program in a child process, and answers its callbacks. */
export function spawnProgram(made: CreateProgram, { stdio = 'inherit' }: SpawnSettings = {}): RunningProgram {
  const streams = typeof stdio === 'string' ? [stdio, stdio, stdio] : [...stdio];
  const preserved = Array.from({ length: made.controlFd - 3 }, (_, i) => 3 + i);
  const withControl: StdioOptions = [...streams, ...preserved, ...(made.hasControl ? ['pipe' as const] : [])];
  const child = withSealedProgram(made.program, (path) => spawn(path, [], { argv0: 'standpipe-init', stdio: withControl, env: {} }));
  const control = made.hasControl ? new ControlSocket(child.stdio[made.controlFd] as Socket, made.callbacks) : undefined;
  const exited = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      void (control?.ended ?? Promise.resolve()).then(() => {
        if (control?.thrown !== undefined) reject(callbackFailed(control.thrown.callback, control.thrown.error));
        else if (control?.failure !== undefined) reject(setUpFailed(control.failure));
        else resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  });
  return { process: child, exited };
}
