import { resolve } from 'node:path';
import { defaultStateRoot } from '@standpipe/runtime/steer';
import type { Invocation } from './command.js';

/** The directory of states for verbs that steer containers: as `settingsOf` has it, without loading what makes them. */
export function stateRootOf({ global: { root } }: Invocation): string {
  return root === undefined ? defaultStateRoot(process.env, process.geteuid?.() ?? 0) : resolve(root);
}
