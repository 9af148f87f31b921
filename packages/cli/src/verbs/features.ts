import { assemblyFeatures, linuxHostFacts, loadAssembly } from '@standpipe/runtime';
import type { Invocation } from '../command.js';
import { print } from '../print.js';
import { commit, version } from '../version.js';

/** Prints the features document of what is assembled. */
export async function run(invocation: Invocation): Promise<number> {
  const assembly = await loadAssembly(invocation.global.assembly);
  const features = assemblyFeatures(assembly, linuxHostFacts(), {
    'standpipe.version': version,
    ...(commit === undefined ? {} : { 'standpipe.commit': commit }),
  });
  await print(`${JSON.stringify(features, null, 2)}\n`);
  return 0;
}
