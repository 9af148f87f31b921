import { describeContainer } from '@standpipe/runtime/steer';
import type { Invocation } from '../command.js';
import { print } from '../print.js';
import { stateRootOf } from '../state-root.js';

/** Prints the state of a container. */
export async function run(invocation: Invocation): Promise<number> {
  const state = describeContainer(stateRootOf(invocation), invocation.positionals[0] ?? '');
  await print(`${JSON.stringify(state, undefined, 2)}\n`);
  return 0;
}
