import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from '@standpipe/test-support';
import { expect } from 'chai';
import { type Config, shell } from './specs.js';
import { freshId, standpipe, standpipePath } from './standpipe.js';

/** A container in the background. */
export interface Detached extends AsyncDisposable {
  readonly id: string;
  readonly pid: number;
  /** In the root filesystem. */
  readonly file: (name: string) => string;
  /** What a file of its cgroup says: in the v1 hierarchy of the controller, or on v2. */
  readonly limit: (controller: string, file: string) => string;
}

/** Starts a shell script in a container of its own, with the usual state directory. */
export async function detached(script: string, change?: (config: Config) => void): Promise<Detached> {
  const made = bundle(shell(script, change));
  const id = freshId();
  // The container keeps the streams, so what ends is waited for and not what is closed.
  const child = spawn(process.execPath, [standpipePath, 'run', '--detach', '--bundle', made.path, id], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  child.stderr.destroy();
  expect({ code, complaint }).to.deep.equal({ code: 0, complaint: '' });
  const state = JSON.parse(readFileSync(`/run/standpipe/${id}/state.json`, 'utf8')) as { pid: number };
  const directories = JSON.parse(readFileSync(`/run/standpipe/${id}/cgroups.json`, 'utf8')) as string[];
  return {
    id,
    pid: state.pid,
    file: (name) => join(made.rootfs, name),
    limit: (controller, file) => {
      const directory = directories.find((path) => path.split('/')[4] === controller) ?? directories[0] ?? '';
      return readFileSync(join(directory, file), 'utf8').trim();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const deleted = await standpipe(['delete', '--force', id]);
      made[Symbol.dispose]();
      expect(deleted).to.deep.include({ code: 0, stderr: '' });
    },
  };
}

/** Waits until something is so, ten seconds at most. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 10_000; !holds(); await sleep(10))
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
}
