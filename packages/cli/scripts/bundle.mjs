// Bundles the command line into scripts: start-up counts, CommonJS starts sooner than modules, and V8 takes time for code that
// is not run. So the verbs that make containers have a script of their own, and so have those that steer them. Then runs them once, so
// that V8's compiled code of what every start needs can lie beside them.
import * as childProcess from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tty from 'node:tty';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = here('../dist/bundle');

// Verbs that need no assembly.
const steering = ['delete', 'events', 'kill', 'list', 'pause', 'ps', 'resume', 'spec', 'start', 'state', 'top', 'update'];
const verbs = readdirSync(here('../dist/src/verbs')).flatMap((file) => /^([\w-]+)\.js$/.exec(file)?.[1] ?? []);
const scripts = { steer: steering, make: verbs.filter((verb) => !steering.includes(verb)) };
const scriptOf = (verb) => (steering.includes(verb) ? 'steer' : 'make');

// Modules that are big, loaded by import(), and not on the way of `run`: each a bundle of its own.
const apart = {
  help: here('../dist/src/help.js'),
  injector: here('../../kernel/dist/src/services/injector.js'),
  // With the D-Bus library, for containers in systemd's scopes.
  bus: here('../../cgroups/dist/src/systemd/bus.js'),
};

// Node's own modules that take milliseconds to load and are used by few verbs: loaded when first touched.
const late = { 'node:child_process': childProcess, 'node:tty': tty };

const keepApart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/verbs\/[\w-]+\.js$/ }, ({ kind, path }) => {
      const verb = path.slice('./verbs/'.length, -'.js'.length);
      return kind === 'dynamic-import' ? { path: `./${scriptOf(verb)}.cjs#${verb}`, external: true } : undefined;
    });
    onResolve({ filter: /\/(help|injector|bus)\.js$/ }, ({ kind, path }) =>
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
  // abstract-socket and x11 are the D-Bus library's, for addresses that nothing here has.
  external: ['koffi', 'bun:ffi', 'abstract-socket', 'x11'],
  logLevel: 'warning',
};

const script = {
  ...common,
  outdir,
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  define: { 'import.meta.url': '__bundleUrl', __commit: JSON.stringify(commit()) ?? 'undefined' },
  banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [keepApart, loadLate],
};

rmSync(outdir, { recursive: true, force: true });
await build({ ...script, entryPoints: { standpipe: here('../dist/src/main.js') } });
for (const [name, names] of Object.entries(scripts)) {
  const contents = names.map((verb) => `export * as ${verb.replaceAll('-', '_')} from './${verb}.js';`).join('\n');
  await build({
    ...script,
    stdin: { contents, resolveDir: here('../dist/src/verbs'), sourcefile: `${name}.js` },
    outdir: undefined,
    outfile: join(outdir, `${name}.cjs`),
  });
}
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
const ownImport = `if (typeof __import === 'undefined') var __import = async (name) => {
  const [file, verb] = name.split('#');
  return verb === undefined ? import(name) : require(file)[verb.replaceAll('-', '_')];
};`;
for (const name of ['standpipe', ...Object.keys(scripts)]) {
  const file = join(outdir, `${name}.cjs`);
  const text = readFileSync(file, 'utf8');
  if (/[^\0-\x7f]/.test(text)) throw new Error(`${file} is not ASCII`);
  writeFileSync(file, `${ownImport}\n${text.replace(/\bimport\(/g, '__import(')}`);
}

const scratch = mkdtempSync(join(tmpdir(), 'standpipe-bundle-'));
try {
  childProcess.execFileSync(process.execPath, [here('write-code-cache.cjs'), scratch], { stdio: ['ignore', 'ignore', 'pipe'] });
} finally {
  rmSync(scratch, { recursive: true });
}
