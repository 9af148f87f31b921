// Bundles the command line into one script: start-up counts, and CommonJS starts sooner than modules. Then runs it
// once, so that V8's compiled code of what `run` does can lie beside it.
import * as childProcess from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tty from 'node:tty';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = here('../dist/bundle');
const outfile = join(outdir, 'standpipe.cjs');

// Modules that are big, loaded by import(), and not on the way of `run`: each a bundle of its own.
const apart = { help: here('../dist/src/help.js'), injector: here('../../kernel/dist/src/services/injector.js') };

// Node's own modules that take milliseconds to load and are used by few verbs: loaded when first touched.
const late = { 'node:child_process': childProcess, 'node:tty': tty };

const keepApart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/(help|injector)\.js$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: `./${path.split('/').at(-1)}`, external: true } : undefined,
    );
  },
};

const loadLate = {
  name: 'late',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      Object.hasOwn(late, path) && namespace === 'file' ? { path, namespace: 'late' } : undefined,
    );
    onLoad({ filter: /^/, namespace: 'late' }, ({ path }) => {
      const getters = Object.keys(late[path]).map(
        (name) => `get ${JSON.stringify(name)}() { return require(${JSON.stringify(path)})[${JSON.stringify(name)}]; }`,
      );
      return { contents: `module.exports = { ${getters.join(', ')} };` };
    });
  },
};

/** The commit of the checkout that is built, and whether it has been changed since; nothing, where it is none. */
function commit() {
  const git = (...args) =>
    childProcess.execFileSync('git', args, { cwd: here('.'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    return `${git('rev-parse', 'HEAD').trim()}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-dirty'}`;
  } catch {
    return undefined;
  }
}

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // Native, found beside the package; bun:ffi exists under Bun alone.
  external: ['koffi', 'bun:ffi'],
  logLevel: 'warning',
};

rmSync(outdir, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { standpipe: here('../dist/src/standpipe.js') },
  outdir,
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  define: { 'import.meta.url': '__bundleUrl', __commit: JSON.stringify(commit()) ?? 'undefined' },
  banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [keepApart, loadLate],
});
await build({
  ...common,
  entryPoints: apart,
  outdir,
  format: 'esm',
  // The verbs that help lists stay in the script.
  external: [...common.external, './verbs/*'],
  // yargs and its kin are CommonJS inside and ask for require.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});

// bin/standpipe.cjs hands an import() in; where nobody does, the script's own will do. It reads latin1, which is quicker.
const text = readFileSync(outfile, 'utf8');
if (/[^\0-\x7f]/.test(text)) throw new Error('the bundle is not ASCII');
writeFileSync(
  outfile,
  `if (typeof __import === 'undefined') var __import = (name) => import(name);\n${text.replace(/\bimport\(/g, '__import(')}`,
);

const scratch = mkdtempSync(join(tmpdir(), 'standpipe-bundle-'));
try {
  const run = (script, args) =>
    childProcess.execFileSync(process.execPath, [here(script), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  run('../bin/standpipe.cjs', ['spec', '--bundle', scratch, ...(process.geteuid() === 0 ? [] : ['--rootless'])]);
  run('write-code-cache.cjs', ['compile', '--bundle', scratch, '--output', join(scratch, 'app')]);
} finally {
  rmSync(scratch, { recursive: true });
}
