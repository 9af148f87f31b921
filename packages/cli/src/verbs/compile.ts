import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PlumbingError } from '@standpipe/errors';
import { executableOf, notesOf } from '@standpipe/program';
import { compileProgram, linuxHostFacts, loadAssembly, readBundle } from '@standpipe/runtime';
import { flag, type Invocation, text } from '../command.js';
import { usage } from '../parse.js';
import { settingsOf } from '../settings.js';
import { printWarnings } from '../warnings.js';

/** Writes an executable that is this container: init and its program. */
export async function run(invocation: Invocation): Promise<number> {
  const output = text(invocation, 'output');
  if (output === undefined) throw usage('standpipe compile needs the name of the executable to write', 'say --output FILE');
  const bundle = readBundle(text(invocation, 'bundle') ?? '.');
  const asked = text(invocation, 'arch');
  const arch = asked === 'x64' || asked === 'arm64' ? ({ arch: asked } as const) : {};
  const settings = settingsOf(invocation, {
    ...arch,
    id: text(invocation, 'id') ?? basename(output),
    bundle: bundle.path,
    standalone: true,
    name: basename(output),
    // The log of this command is not the container's.
    log: undefined,
    listenFds: 0,
    preserveFds: 0,
    // It stands for its command, so it fails as env(1) and chroot(1) do.
    failureCodes: { setUp: 125, notFound: 127, notExecutable: 126 },
  });
  const assembly = await loadAssembly(invocation.global.assembly);
  const { program, warnings } = await compileProgram(assembly, bundle, settings, linuxHostFacts({ asRoot: flag(invocation, 'as-root') }));
  printWarnings(warnings, invocation);
  const executable = executableOf(program, {
    ...arch,
    ...(flag(invocation, 'strip-notes') ? {} : { notes: notesOf(program) }),
  });
  writeWhole(output, executable);
  return 0;
}

/** Under a name of its own first, so that a container that runs from the old file goes on, and no half of a file is ever there. */
function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${String(process.pid)}.new`;
  try {
    writeFileSync(temporary, bytes, { mode: 0o755, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new PlumbingError(`write "${path}"`, { code: 'EXECUTABLE_NOT_WRITTEN', cause: error });
  }
}
