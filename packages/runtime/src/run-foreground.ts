import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlumbingError } from '@standpipe/errors';
import { becomeProgram } from '@standpipe/program';
import type { CreateSettings } from '@standpipe/runtime-api';
import type { CreateProgram } from './create-program.js';
import { clearStale } from './delete-container.js';
import { spawnProgram } from './spawn-program.js';

/** Of the settings that the program was made with, those that matter here; which container it is, if what a killed runtime left of it is to be cleared. */
export type ForegroundSettings = Partial<Pick<CreateSettings, 'preserveFds' | 'id' | 'stateRoot'>>;

/**
 * Runs a create program on this process's standard streams.
 *
 * Without callbacks this process becomes standpipe-init, so no JavaScript stays behind, and the call
 * never returns. With callbacks init is a child, which gets the signals that come here; the promise is its exit code.
 */
export async function runForeground(made: CreateProgram, { preserveFds = 0, id, stateRoot }: ForegroundSettings = {}): Promise<number> {
  if (id !== undefined && stateRoot !== undefined && existsSync(join(stateRoot, id))) await clearIfStale(stateRoot, id);
  if (made.callbacks.length === 0) becomeProgram(made.program, { preserveFds });
  const { process: child, exited } = spawnProgram(made);
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of forwarded) process.on(signal, forward);
  try {
    return await exited;
  } finally {
    for (const signal of forwarded) process.off(signal, forward);
  }
}

/** The program finds out by itself that a container exists, and says so. */
async function clearIfStale(stateRoot: string, id: string): Promise<void> {
  try {
    await clearStale(stateRoot, id);
  } catch (error) {
    if (!PlumbingError.is(error) || !error.code.startsWith('CONTAINER_')) throw error;
  }
}

/** What a person or a supervisor sends to a foreground command. */
const forwarded = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGCONT',
] as const satisfies readonly NodeJS.Signals[];
