import type { Program } from '@standpipe/program';
import { type Bundle, createProgram, type CreateProgram, linuxHostFacts, loadAssembly } from '@standpipe/runtime';
import type { CreateSettings } from '@standpipe/runtime-api';
import type { Invocation } from './command.js';
import { openLog } from './log.js';
import { printWarnings } from './warnings.js';

/** Plans a container, with the assembly that the command line names or else this one, and tells of it. */
export async function planContainer(
  invocation: Invocation,
  bundle: Bundle,
  settings: CreateSettings,
  assemblyName?: 'sandbox',
): Promise<CreateProgram> {
  const assembly = await loadAssembly(invocation.global.assembly ?? assemblyName);
  tellAssembled(assembly.plugins, invocation);
  const made = await createProgram(assembly, bundle, settings, linuxHostFacts());
  printWarnings(made.warnings, invocation);
  tellPlanned(made.program, invocation);
  return made;
}

export function tellAssembled(plugins: readonly { readonly id: string; readonly state: string }[], { global }: Invocation): void {
  if (!global.debug) return;
  const standing = plugins.filter(({ state }) => state === 'ok').map(({ id }) => id);
  openLog(global).debug(`assembled ${String(standing.length)} plugins: ${standing.join(', ')}`);
}

export function tellPlanned({ ops, sections }: Program, { global }: Invocation): void {
  if (!global.debug) return;
  openLog(global).debug(`planned ${String(ops.length)} ops of ${String(sections.length)} processes`);
}
