import { becomeProgram } from '@standpipe/program';
import type { CreateProgram } from './create-program.js';
import { spawnProgram } from './spawn-program.js';

/**
 * Runs a create program on this process's standard streams.
 *
 * Without callbacks this process becomes standpipe-init, so no JavaScript stays behind, and the call
 * never returns. With callbacks init is a child, which gets the signals that come here; the promise is its exit code.
 */
export async function runForeground(made: CreateProgram, { preserveFds = 0 }: { readonly preserveFds?: number } = {}): Promise<number> {
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
