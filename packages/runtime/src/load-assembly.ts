import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assemble, type Assembly, type AssemblyConfig, parseAssemblyConfig } from '@standpipe/kernel';
import { createPipeline, execPipeline } from '@standpipe/runtime-api';
import defaultDocument from '../assemblies/default.json' with { type: 'json' };
import sandboxDocument from '../assemblies/sandbox.json' with { type: 'json' };
import { assemblyNotReadable, assemblyNotSafe } from './errors.js';
import { plugins } from './plugins.js';

const named: Readonly<Record<string, unknown>> = { default: defaultDocument, sandbox: sandboxDocument };

/** The assemblies that come with Standpipe. */
export const assemblyNames: readonly string[] = Object.keys(named);

/**
 * Assembles a runtime from one of the assemblies that come with Standpipe (`default` when left out),
 * or from a config file. Plugins that are not Standpipe's own are resolved from the file's folder.
 *
 * @throws AssemblyError with every problem found; PlumbingError `ASSEMBLY_NOT_READABLE`; SafetyError for a file
 * that others than its user could have written
 */
export async function loadAssembly(nameOrFile = 'default'): Promise<Assembly> {
  const known = Object.hasOwn(named, nameOrFile) ? named[nameOrFile] : undefined;
  if (known !== undefined) return assemble({ config: configOf(known, nameOrFile), plugins, pipelines: [createPipeline, execPipeline] });
  const file = resolve(nameOrFile);
  const require = createRequire(file);
  return assemble({
    config: configOf(readDocument(file), file),
    plugins,
    pipelines: [createPipeline, execPipeline],
    resolve: async (name) => {
      const module = (await import(pathToFileURL(require.resolve(name)).href)) as { default?: unknown };
      return module.default;
    },
  });
}

function configOf(document: unknown, source: string): AssemblyConfig {
  return parseAssemblyConfig(document, source, (name) =>
    Object.hasOwn(named, name) ? { document: named[name], source: name } : undefined,
  );
}

function readDocument(file: string): unknown {
  try {
    const { uid, mode } = statSync(file);
    // The runtime is often root: whoever can write its assembly can make it run anything.
    const user = process.geteuid?.() ?? uid;
    if ((uid !== user && uid !== 0) || (mode & 0o022) !== 0) throw assemblyNotSafe(file);
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).syscall !== undefined) throw assemblyNotReadable(file, error);
    throw error;
  }
}
