import { pauseContainer } from '@standpipe/runtime/steer';
import type { Invocation } from '../command.js';
import { stateRootOf } from '../state-root.js';

/** Stops every process of a container where it is. */
export async function run(invocation: Invocation): Promise<number> {
  await pauseContainer(stateRootOf(invocation), invocation.positionals[0] ?? '');
  return 0;
}
