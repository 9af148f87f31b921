// Runs the compiled tests of all workspaces, or of those named: `npm test -- packages/kernel --grep order`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const everywhere = ['packages/*/dist/test', 'plugins/*/dist/test', 'examples/*/dist/test', 'test/dist', 'test/support/dist/test'];

const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith('-') && existsSync(join(root, arg)));
const options = args.filter((arg) => !named.includes(arg));
const folders =
  named.length === 0 ? everywhere : named.map((path) => (path === 'test' ? 'test/dist' : path.replace(/^test\/(?!support)/, 'test/dist/')));
const globs = folders.map((folder) => (folder.includes('dist') ? folder : `${folder}/dist/test`)).map((folder) => `${folder}/**/*.test.js`);

const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
const forbidOnly = process.env.CI === undefined ? [] : ['--forbid-only'];
// Bun's own package is a stub until its install script has run; that of this platform holds the executable.
const bun = join(root, `node_modules/@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : process.arch}/bin`);
const env = { ...process.env, PATH: `${process.env.PATH}${delimiter}${bun}` };
const { status, signal } = spawnSync(process.execPath, [mocha, ...forbidOnly, ...options, ...globs], { cwd: root, env, stdio: 'inherit' });
if (signal !== null) console.error(`mocha was ended by ${signal}`);
process.exitCode = status ?? 1;
