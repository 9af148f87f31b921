import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { executableOf, notesOf } from '@standpipe/program';
import { compileProgram, linuxHostFacts, loadAssembly, readBundle } from '@standpipe/runtime';
import { flag, type Invocation, text } from '../command.js';
import { usage } from '../parse.js';
import { createSettings } from '../settings.js';
import { printWarnings } from '../warnings.js';

/** Writes an executable that is this container: init and its program. */
export async function run(invocation: Invocation): Promise<number> {
  const output = text(invocation, 'output');
  if (output === undefined) throw usage('standpipe compile needs the name of the executable to write', 'say --output FILE');
  const bundle = readBundle(text(invocation, 'bundle') ?? '.');
  const settings = createSettings(invocation, { id: text(invocation, 'id') ?? basename(output), bundle: bundle.path, standalone: true, name: basename(output) });
  const assembly = await loadAssembly(invocation.global.assembly);
  const { program, warnings } = await compileProgram(assembly, bundle, settings, linuxHostFacts());
  printWarnings(warnings);
  const arch = text(invocation, 'arch');
  const executable = executableOf(program, {
    ...(arch === 'x64' || arch === 'arm64' ? { arch } : {}),
    ...(flag(invocation, 'strip-notes') ? {} : { notes: notesOf(program) }),
  });
  writeFileSync(output, executable, { mode: 0o755 });
  return 0;
}
