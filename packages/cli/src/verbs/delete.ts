import { deleteContainer } from '@standpipe/runtime/steer';
import { flag, type Invocation } from '../command.js';
import { openLog } from '../log.js';
import { stateRootOf } from '../state-root.js';

/** Removes what is left of a container. */
export async function run(invocation: Invocation): Promise<number> {
  const id = invocation.positionals[0] ?? '';
  const onWarning = (text: string): void => openLog(invocation.global).warning(text);
  await deleteContainer(stateRootOf(invocation), id, { force: flag(invocation, 'force'), onWarning });
  return 0;
}
