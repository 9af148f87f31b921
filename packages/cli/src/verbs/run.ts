import { readBundle, runForeground } from '@standpipe/runtime';
import { type Invocation, text } from '../command.js';
import { planContainer } from '../plan-container.js';
import { settingsOf } from '../settings.js';

/** Becomes the container's init; returns only when a step of the assembly needs this process to stay. */
export async function run(invocation: Invocation): Promise<number> {
  const bundle = readBundle(text(invocation, 'bundle') ?? '.', { config: text(invocation, 'config') });
  const settings = settingsOf(invocation, { id: invocation.positionals[0] ?? '', bundle: bundle.path });
  return runForeground(await planContainer(invocation, bundle, settings), settings);
}
