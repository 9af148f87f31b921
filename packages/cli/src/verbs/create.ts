import { readBundle, runForeground } from '@standpipe/runtime';
import { type Invocation, text } from '../command.js';
import { planContainer } from '../plan-container.js';
import { settingsOf } from '../settings.js';

/** Becomes the program that sets a container up, which ends when all is done but the container's command. */
export async function run(invocation: Invocation): Promise<number> {
  const bundle = readBundle(text(invocation, 'bundle') ?? '.', { config: text(invocation, 'config') });
  const settings = settingsOf(invocation, { id: invocation.positionals[0] ?? '', bundle: bundle.path, detach: true, hold: true });
  return runForeground(await planContainer(invocation, bundle, settings), settings);
}
