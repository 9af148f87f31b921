// What `npm run demo` shows: a container at work, and the program that made it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { writeBundle } from './bundle.mjs';

const standpipe = createRequire(import.meta.url).resolve('@standpipe/cli/bin/standpipe.cjs');
const directory = mkdtempSync(join(tmpdir(), 'standpipe-demo-'));
const root = process.geteuid() === 0;

function title(text) {
  console.log(`\n\x1b[1m${text}\x1b[0m`);
}

function show(command, args) {
  console.log(`$ ${[command === process.execPath ? 'standpipe' : command, ...args.filter((arg) => arg !== standpipe)].join(' ')}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}`);
}

try {
  title('1. A command of this host in a throw-away container: own processes, own /tmp, nothing it writes stays');
  show(process.execPath, [
    standpipe,
    'sandbox',
    '--',
    'sh',
    '-c',
    'echo "hello from $(hostname), uid $(id -u), pid $$"; touch /etc/changed && echo "/etc/changed exists inside"',
  ]);
  console.log(
    execFileSync('sh', ['-c', 'test -e /etc/changed && echo "…and outside" || echo "…and not outside"'], { encoding: 'utf8' }).trim(),
  );

  if (root) {
    title('2. An OCI bundle');
    writeBundle(
      directory,
      'echo "hello from $(hostname), pid $$"; grep -E "^Cap(Prm|Bnd)" /proc/self/status; ls /proc | grep -c "^[0-9]" | sed "s/$/ processes in sight/"',
    );
    show(process.execPath, [standpipe, 'run', '--bundle', directory, 'demo']);

    title('3. What it did, before it does it: every system call, who asked for it, and which line of the config');
    const explained = execFileSync(process.execPath, [standpipe, 'explain', '--bundle', directory], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    }).split('\n');
    const at = explained.findIndex((line) => line.includes('fsopen'));
    console.log(`$ standpipe explain --bundle ${directory} | sed -n '${at},${at + 11}p'`);
    console.log(explained.slice(at, at + 12).join('\n'));
    console.log(`… ${explained.length} lines in all`);

    title('4. The same container as one executable, with no JavaScript left');
    const app = join(directory, 'app');
    show(process.execPath, [standpipe, 'compile', '--bundle', directory, '--output', app, '--strip-notes']);
    console.log(`${app}: ${(statSync(app).size / 1024).toFixed(1)} KiB`);
    const started = performance.now();
    show(app, []);
    console.log(`started, ran and ended in ${(performance.now() - started).toFixed(1)} ms`);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
