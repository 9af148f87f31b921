import { resumeContainer } from '@standpipe/runtime/steer';
import type { Invocation } from '../command.js';
import { stateRootOf } from '../state-root.js';

/** Lets the processes of a paused container run on. */
export async function run(invocation: Invocation): Promise<number> {
  await resumeContainer(stateRootOf(invocation), invocation.positionals[0] ?? '');
  return 0;
}
