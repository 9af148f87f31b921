import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, type Bundle, type BundleOptions, type Ran, type RunOptions } from '@standpipe/test-support';
import { expect } from 'chai';
import { until } from './detached.js';
import { type Config, shell } from './specs.js';
import { freshId, standpipe, standpipePath } from './standpipe.js';

/** A container in the background, with a state root of its own, to execute things in. */
export interface Waiting extends AsyncDisposable {
  readonly id: string;
  readonly root: string;
  readonly pid: number;
  readonly made: Bundle;
  /** A file of its root filesystem, as far as it is there. */
  readonly read: (name: string) => string;
  /** Runs another verb on it. */
  readonly verb: (name: string, ...words: string[]) => Promise<Ran>;
  readonly exec: (words: readonly string[], command?: readonly string[], options?: RunOptions) => Promise<Ran>;
  readonly spawn: (words: readonly string[], command: readonly string[], stdio: StdioOptions) => ChildProcess;
}

export interface WaitingSettings {
  /** What its first process does before it sleeps. */
  readonly script?: string;
  readonly change?: (config: Config) => void;
  readonly files?: BundleOptions['files'];
}

export async function waiting({ script = ':', change, files }: WaitingSettings = {}): Promise<Waiting> {
  const made = bundle(shell(`${script}\necho up > /tmp/up; exec sleep 1000`, change), files === undefined ? {} : { files });
  const root = mkdtempSync(join(tmpdir(), 'standpipe-exec-'));
  const id = freshId();
  const child = spawn(process.execPath, [standpipePath, '--root', root, 'run', '--detach', '--bundle', made.path, id], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  expect(await new Promise((resolve) => child.once('exit', resolve))).to.equal(0);
  const read = (name: string): string => {
    try {
      return readFileSync(join(made.rootfs, name), 'utf8');
    } catch {
      return '';
    }
  };
  await until(() => read('tmp/up') === 'up\n', 'the container begins');
  const { pid } = JSON.parse(readFileSync(join(root, id, 'state.json'), 'utf8')) as { pid: number };
  return {
    id,
    root,
    pid,
    made,
    read,
    verb: async (name, ...words) => standpipe(['--root', root, name, ...words, id]),
    exec: async (words, command = [], options = {}) => standpipe(['--root', root, 'exec', ...words, id, ...command], options),
    spawn: (words, command, stdio) => spawn(process.execPath, [standpipePath, '--root', root, 'exec', ...words, id, ...command], { stdio }),
    async [Symbol.asyncDispose](): Promise<void> {
      const deleted = await standpipe(['--root', root, 'delete', '--force', id]);
      rmSync(root, { recursive: true });
      made[Symbol.dispose]();
      expect(deleted).to.deep.include({ code: 0, stderr: '' });
    },
  };
}

/** The end of a process that `spawn` has started. */
export async function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode ?? new Promise((resolve) => child.once('exit', resolve));
}
