// Installs and builds what is missing, so that `npm run demo` and `npm test` work from a fresh clone.
// Says what takes time; says nothing when all is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compilers = ['cc', 'x86_64-linux-gnu-gcc', 'aarch64-linux-gnu-gcc'];

if (!compilers.some((name) => works(name, ['--version']))) installCompiler();
if (!installed()) run('installing npm packages', 'npm', ['ci', '--no-progress']);
removeOrphans();
run(existsSync(join(root, 'packages/cli/dist/bundle')) ? undefined : 'building', 'npm', ['run', '--silent', 'build']);

/** Whether node_modules holds what the lockfile says, by npm's own note of what it installed. */
function installed() {
  const note = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(note)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(note, 'utf8')).packages;
  return Object.entries(wanted)
    .filter(([path, { optional, peer }]) => path.includes('node_modules/') && !optional && !peer)
    .every(([path, { version }]) => present[path] !== undefined && present[path].version === version);
}

function installCompiler() {
  const byHand = 'standpipe-init is C: install a C compiler (Debian: apt-get install gcc libc6-dev) and try again';
  if (process.getuid() !== 0 || !works('apt-get', ['--version'])) fail(byHand);
  process.env.DEBIAN_FRONTEND = 'noninteractive';
  run('installing a C compiler', 'sh', ['-c', 'apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev']);
}

/** What was compiled from a file that is gone would still run as a test, and would still be imported. */
function removeOrphans() {
  for (const floor of ['packages', 'plugins', 'examples']) {
    for (const name of readdirSync(join(root, floor))) removeOrphansOf(join(root, floor, name));
  }
  for (const project of ['test', 'test/support']) removeOrphansOf(join(root, project));
}

function removeOrphansOf(project) {
  const dist = join(project, 'dist');
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const output = join(entry.parentPath, entry.name);
    const path = output.slice(dist.length + 1);
    if (!entry.isFile() || path.startsWith('bundle/')) continue;
    const stem = /^(.*?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(path)?.[1];
    if (stem !== undefined && !['.ts', '.tsx'].some((extension) => existsSync(join(project, stem + extension)))) rmSync(output);
  }
}

/** Runs a command and shows its output only if it fails; a `title` announces what takes long. */
function run(title, command, args) {
  if (title !== undefined) console.log(`${title}: ${[command, ...args].join(' ')}`);
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error !== undefined) fail(`${command}: ${error.message}`);
  if (status !== 0) fail(`${stdout}${stderr}\n${command} ${args.join(' ')} exited with ${status}`);
  if (title !== undefined) console.log(`  done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function works(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
