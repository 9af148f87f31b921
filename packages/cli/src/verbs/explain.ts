import { readFileSync } from 'node:fs';
import { decode, disassemble, programOfExecutable, programToJson } from '@standpipe/program';
import { createProgram, linuxHostFacts, loadAssembly, readBundle } from '@standpipe/runtime';
import { flag, type Invocation, text } from '../command.js';
import { print } from '../print.js';
import { settingsOf } from '../settings.js';
import { printWarnings } from '../warnings.js';

/** Prints the program of a bundle, or the one inside a compiled container. Touches nothing. */
export async function run(invocation: Invocation): Promise<number> {
  const program = await programOf(invocation);
  const output = flag(invocation, 'json')
    ? `${JSON.stringify(programToJson(program), null, 2)}\n`
    : disassemble(program, { origins: !flag(invocation, 'no-origins') });
  await print(output);
  return 0;
}

async function programOf(invocation: Invocation): Promise<Parameters<typeof disassemble>[0]> {
  const [file] = invocation.positionals;
  if (file !== undefined) return decode(programOfExecutable(readFileSync(file)));
  const bundle = readBundle(text(invocation, 'bundle') ?? '.');
  const assembly = await loadAssembly(invocation.global.assembly);
  const facts = linuxHostFacts({ asRoot: flag(invocation, 'as-root') });
  const made = await createProgram(assembly, bundle, settingsOf(invocation, { id: 'explained', bundle: bundle.path }), facts);
  printWarnings(made.warnings, invocation);
  return made.program;
}
