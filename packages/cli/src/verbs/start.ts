import { startContainer } from '@standpipe/runtime/steer';
import type { Invocation } from '../command.js';
import { openLog } from '../log.js';
import { stateRootOf } from '../state-root.js';

/** Runs the command of a created container. */
export async function run(invocation: Invocation): Promise<number> {
  const id = invocation.positionals[0] ?? '';
  await startContainer(stateRootOf(invocation), id, { onWarning: (text) => openLog(invocation.global).warning(text) });
  return 0;
}
