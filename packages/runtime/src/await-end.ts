import { setTimeout as sleep } from 'node:timers/promises';
import { PlumbingError } from '@standpipe/errors';

const POLL_MS = 20;

/** Waits until a container that isn't our child has ended, or is gone. Nobody but a parent is told by the kernel, so it is looked at. */
export async function awaitEnd(isAlive: () => boolean, signal: AbortSignal | undefined): Promise<void> {
  try {
    while (isAlive()) {
      await sleep(POLL_MS);
      signal?.throwIfAborted();
    }
  } catch (error) {
    if (!PlumbingError.is(error) || error.code !== 'CONTAINER_UNKNOWN') throw error;
  }
}
