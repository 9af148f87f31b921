// Runs the compiled tests of all workspaces, or of those named: `npm test -- packages/kernel --grep order`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const everywhere = ['packages/*/dist/test', 'plugins/*/dist/test', 'examples/*/dist/test', 'test/dist', 'test/support/dist/test'];
/** Long, and each in a world of its own: guests, and sandboxes with daemons in them. They go beside the others. */
const apart = ['test/dist/vm', 'test/dist/clients'];
/** What measures has the machine to itself. */
const alone = ['test/dist/latency'];

const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith('-') && existsSync(join(root, arg)));
const options = args.filter((arg) => !named.includes(arg));
const filesIn = (folders) => folders.map((folder) => `${folder}/**/*.test.js`);

const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
const forbidOnly = process.env.CI === undefined ? [] : ['--forbid-only'];
// Bun's own package is a stub until its install script has run; that of this platform holds the executable.
const bun = join(root, `node_modules/@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : process.arch}/bin`);
const env = { ...process.env, PATH: `${process.env.PATH}${delimiter}${bun}` };
const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped\n/m;

/** Runs mocha on these files. Gives what it counted, which it does not print itself; `hold` keeps back the rest, too. */
async function run(files, { ignore = [], hold = false } = {}) {
  const words = [...forbidOnly, ...options, ...ignore.flatMap((glob) => ['--ignore', glob]), ...files];
  const child = spawn(process.execPath, [mocha, ...words], { cwd: root, env, stdio: ['ignore', 'pipe', hold ? 'pipe' : 'inherit'] });
  let output = '';
  const total = { passed: 0, failed: 0, skipped: 0 };
  const print = (text) => void process.stdout.write(text);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (!hold) print(text.replace(counts, ''));
    });
  }
  const [status, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...how) => resolve(how));
  });
  if (signal !== null) console.error(`mocha was ended by ${signal}`);
  const [, passed, failed, skipped] = counts.exec(output) ?? [];
  if (passed !== undefined) Object.assign(total, { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) });
  return { ...total, status: status ?? 1, output: hold ? output.replace(counts, '') : '' };
}

async function all() {
  const beside = run(filesIn(apart), { hold: true });
  const most = await run(filesIn(everywhere), { ignore: filesIn([...apart, ...alone]) });
  const others = await beside;
  process.stdout.write(others.output);
  return [most, others, await run(filesIn(alone))];
}

async function some() {
  const folders = named.map((path) => (path === 'test' ? 'test/dist' : path.replace(/^test\/(?!support)/, 'test/dist/')));
  return [await run(filesIn(folders.map((folder) => (folder.includes('dist') ? folder : `${folder}/dist/test`))))];
}

const runs = await (named.length === 0 && options.length === 0 ? all() : named.length === 0 ? [await run(filesIn(everywhere))] : some());
const sum = (name) => runs.reduce((total, one) => total + one[name], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exitCode = runs.find(({ status }) => status !== 0)?.status ?? 0;
