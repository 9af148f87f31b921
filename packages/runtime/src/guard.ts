import { setTimeout as sleep } from 'node:timers/promises';
import { killChildren } from './kill-children.js';
import { orAbort } from './or-abort.js';
import type { RunningProgram } from './spawn-program.js';

const RETRY_MS = 50;

/**
 * Waits for something of a running program. When `signal` aborts, the process that the program made is killed, or the program itself where
 * it has not made one yet, and what it aborted with is thrown once the program has ended.
 *
 * `onEnded` is told whether the program had come so far.
 */
export async function guarded<T>(
  running: RunningProgram,
  awaited: Promise<T>,
  signal: AbortSignal | undefined,
  onEnded: (made: boolean) => Promise<void> = async () => undefined,
): Promise<T> {
  try {
    return await orAbort(awaited, signal);
  } catch (error) {
    if (signal?.aborted === true) await onEnded(await endProgram(running));
    throw error;
  }
}

async function endProgram({ process: init, exited }: RunningProgram): Promise<boolean> {
  const end = exited.then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  const pause = async (): Promise<'again'> => sleep(RETRY_MS, 'again' as const);
  const made = init.pid !== undefined && killChildren(init.pid);
  if (!made) init.kill('SIGKILL');
  // A command that the killed one was still to become, or a helper that came before it.
  while ((await Promise.race([end, pause()])) === 'again') {
    if (init.pid !== undefined) killChildren(init.pid);
  }
  return made;
}
