// session.js DIRECTORY RUNTIME: runs inside sandbox.sh. Prepares the client of client.json, asks it for all its steps one after the
// other, and prints what each did, a line of JSON each.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asOrdinaryUser } from '@standpipe/test-support';
import type { Client, Outcome } from './client.js';

const stepTimeoutMs = 60_000;
/** After a command has ended, for what it started to let go of its output. */
const closeTimeoutMs = 5000;

const [directory = '', runtime = ''] = process.argv.slice(2);
const client = JSON.parse(readFileSync(join(directory, 'client.json'), 'utf8')) as Client;

const env = {
  PATH: `${directory}/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  HOME: `${directory}/home`,
  TMPDIR: `${directory}/tmp`,
  XDG_RUNTIME_DIR: `${directory}/run`,
  LANG: 'C.UTF-8',
  TERM: 'dumb',
  D: directory,
  RUNTIME: runtime,
  CONTAINERS_CONF: `${directory}/home/containers.conf`,
  CONTAINERS_STORAGE_CONF: `${directory}/home/storage.conf`,
};

async function runScript(script: string, timeoutMs: number): Promise<Omit<Outcome, 'step'>> {
  const words: [string, string[]] = ['/bin/sh', ['-c', script]];
  const [command, args] = client.uid === undefined ? words : asOrdinaryUser(...words);
  const started = performance.now();
  const child = spawn(command, args, { cwd: directory, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
  const closed = new Promise((resolve) => child.once('close', resolve));
  let late = '';
  const timer = setTimeout(() => {
    late = `\nkilled after ${timeoutMs} ms\n`;
    process.kill(-child.pid!, 'SIGKILL');
  }, timeoutMs);
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  clearTimeout(timer);
  const milliseconds = Math.round(performance.now() - started);
  const left = new Promise((resolve) => setTimeout(resolve, closeTimeoutMs, 'left').unref());
  if ((await Promise.race([closed, left])) === 'left') late += '\nsomething holds its output open\n';
  child.stdout.destroy();
  child.stderr.destroy();
  return { code, stdout: output.stdout, stderr: output.stderr + late, milliseconds };
}

function print(outcome: Outcome): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

const prepared = await runScript(`set -e\n${client.prepare}`, stepTimeoutMs);
print({ step: 'prepare', ...prepared });
print({ step: 'version', ...(await runScript(client.version, stepTimeoutMs)) });
if (prepared.code === 0) {
  for (const { name, script } of client.steps) {
    print({ step: name, ...(await runScript(script, stepTimeoutMs)) });
  }
}
// Daemons hold streams of ours that are closed with the namespace.
process.exit(0);
