import { createProgram, linuxHostFacts, loadAssembly, readBundle, runForeground } from '@standpipe/runtime';
import { type Invocation, text } from '../command.js';
import { settingsOf } from '../settings.js';
import { printWarnings } from '../warnings.js';

/** Becomes the program that sets a container up, which ends when all is done but the container's command. */
export async function run(invocation: Invocation): Promise<number> {
  const bundle = readBundle(text(invocation, 'bundle') ?? '.');
  const settings = settingsOf(invocation, { id: invocation.positionals[0] ?? '', bundle: bundle.path, detach: true, hold: true });
  const assembly = await loadAssembly(invocation.global.assembly);
  const made = await createProgram(assembly, bundle, settings, linuxHostFacts());
  printWarnings(made.warnings);
  return runForeground(made, settings);
}
