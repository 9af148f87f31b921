import { killContainer } from '@standpipe/runtime/steer';
import { flag, type Invocation } from '../command.js';
import { stateRootOf } from '../state-root.js';

/** Sends a signal to a container. */
export async function run(invocation: Invocation): Promise<number> {
  const [id = '', signal = ''] = invocation.positionals;
  await killContainer(stateRootOf(invocation), id, signal === '' ? 'SIGTERM' : signal, { all: flag(invocation, 'all') });
  return 0;
}
