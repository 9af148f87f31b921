import type { Assembly } from '@standpipe/kernel';
import type { CreateSettings, HostFacts } from '@standpipe/runtime-api';
import type { Bundle } from './bundle.js';
import { createProgram, type CreateProgram } from './create-program.js';
import { needsCallback } from './errors.js';

/**
 * Compiles a bundle to a program that needs no JavaScript at all when it runs.
 *
 * @throws PlumbingError `NOT_COMPILABLE`, naming the steps that must run TypeScript in the middle
 */
export async function compileProgram(
  assembly: Assembly,
  bundle: Bundle,
  settings: CreateSettings,
  facts: HostFacts,
): Promise<CreateProgram> {
  const made = await createProgram(assembly, bundle, settings, facts);
  if (made.callbacks.length > 0) throw needsCallback(made.callbacks.map(({ origin }) => `${origin.plugin}/${origin.step}`));
  return made;
}
