import { startContainer } from '@standpipe/runtime/steer';
import type { Invocation } from '../command.js';
import { stateRootOf } from '../state-root.js';

/** Runs the command of a created container. */
export async function run(invocation: Invocation): Promise<number> {
  await startContainer(stateRootOf(invocation), invocation.positionals[0] ?? '');
  return 0;
}
