import { createProgram, linuxHostFacts, loadAssembly, readBundle, runForeground } from '@standpipe/runtime';
import { type Invocation, text } from '../command.js';
import { settingsOf } from '../settings.js';
import { printWarnings } from '../warnings.js';

/** Becomes the container's init; returns only when a step of the assembly needs this process to stay. */
export async function run(invocation: Invocation): Promise<number> {
  const bundle = readBundle(text(invocation, 'bundle') ?? '.');
  const settings = settingsOf(invocation, { id: invocation.positionals[0] ?? '', bundle: bundle.path });
  const assembly = await loadAssembly(invocation.global.assembly);
  const made = await createProgram(assembly, bundle, settings, linuxHostFacts());
  printWarnings(made.warnings);
  return runForeground(made, settings);
}
