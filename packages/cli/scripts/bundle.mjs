// Bundles the command line to dist/bundle: start-up counts, and one file loads much faster than many.
// What a verb alone needs stays in a chunk of its own, loaded when the verb is called.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = here('../dist/bundle');

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: [here('../dist/src/standpipe.js')],
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  chunkNames: 'chunk-[hash]',
  // Native, found beside the package; bun:ffi exists under Bun alone.
  external: ['koffi', 'bun:ffi'],
  // yargs and its kin are CommonJS inside and ask for require.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  logLevel: 'warning',
});
