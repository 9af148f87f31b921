import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { bundle } from '@standpipe/test-support';
import type { Client, Outcome, Runtime } from './client.js';
import { writeImage } from './image.js';
import { normalise } from './normalise.js';
import { writeWords } from './words.js';

const script = fileURLToPath(new URL('../../clients/sandbox.sh', import.meta.url));
const session = fileURLToPath(new URL('session.js', import.meta.url));

// The ordinary user has subordinate ids, and so has the account that `--userns auto` and the like go by.
const accounts: Readonly<Record<string, string>> = {
  passwd: `root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\nuser:x:1000:1000:user:/tmp:/bin/sh\ncontainers:x:1001:1001::/tmp:/bin/sh\n`,
  group: 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\nuser:x:1000:\ncontainers:x:1001:\n',
  subuid: 'user:100000:65536\ncontainers:200000:65536\n',
  subgid: 'user:100000:65536\ncontainers:200000:65536\n',
};

export interface SessionOptions {
  /** Is told of each step once it is done. */
  readonly onStep?: (outcome: Outcome) => void;
}

/** Has a client go through its steps over a runtime, in a sandbox, and tells what each did. Leaves nothing. */
export async function runSession(client: Client, runtime: Runtime, options: SessionOptions = {}): Promise<Outcome[]> {
  const directory = mkdtempSync(join(tmpdir(), `standpipe-clients-${String(process.pid)}-`));
  try {
    const path = furnish(directory, client, runtime);
    const words = [script, basename(directory), directory, process.execPath, session, directory, path];
    const child = spawn('/bin/sh', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const outcomes: Outcome[] = [];
    const ended = new Promise((resolve) => child.once('close', resolve));
    const complaints = text(child.stderr);
    for await (const line of createInterface({ input: child.stdout })) {
      const { stdout, stderr, ...raw } = JSON.parse(line) as Outcome;
      const outcome = { ...raw, stdout: normalise(stdout, directory), stderr: normalise(stderr, directory) };
      outcomes.push(outcome);
      options.onStep?.(outcome);
    }
    await ended;
    if (outcomes.length < 2) throw new Error(`the session of ${client.name} did not start: ${await complaints}`);
    return outcomes;
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Puts into the directory what sessions find there, and returns the path of the runtime. */
function furnish(directory: string, client: Client, runtime: Runtime): string {
  chmodSync(directory, 0o755);
  for (const folder of ['bin', 'etc', 'home', 'tmp', 'run']) {
    mkdirSync(join(directory, folder));
    if (client.uid !== undefined) chownSync(join(directory, folder), client.uid, client.uid);
  }
  for (const [name, text] of Object.entries(accounts)) writeFileSync(join(directory, 'etc', name), text);
  writeFileSync(join(directory, 'client.json'), JSON.stringify(client));
  writeWords(join(directory, 'bin'));
  // Clients start a runtime with no PATH and no HOME, and go by the name of the file.
  const path = join(directory, 'bin', runtime.name);
  const quoted = runtime.command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  writeFileSync(path, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  // Some take what is called runc, whatever they are told.
  if (runtime.name !== 'runc') symlinkSync(runtime.name, join(directory, 'bin/runc'));
  using made = bundle({}, { applets: 'symbolic' });
  writeImage(made.rootfs, join(directory, 'image.tar'));
  return path;
}
