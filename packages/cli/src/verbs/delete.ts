import { deleteContainer } from '@standpipe/runtime';
import { flag, type Invocation } from '../command.js';
import { settingsOf } from '../settings.js';

/** Removes what is left of a container. */
export async function run(invocation: Invocation): Promise<number> {
  const id = invocation.positionals[0] ?? '';
  const { stateRoot } = settingsOf(invocation, { id, bundle: '/' });
  await deleteContainer(stateRoot, id, { force: flag(invocation, 'force') });
  return 0;
}
