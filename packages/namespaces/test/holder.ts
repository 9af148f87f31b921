import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type NamespaceKind, namespaceFacts } from '../src/index.js';

/** A process that sits in namespaces of its own, for others to join; ended with the block that says `using`. */
export interface Holder extends Disposable {
  readonly pid: number;
  path(kind: NamespaceKind): string;
}

const flags: Readonly<Record<NamespaceKind, readonly string[]>> = {
  cgroup: ['--cgroup'],
  ipc: ['--ipc'],
  mount: ['--mount'],
  network: ['--net'],
  pid: ['--pid'],
  time: ['--time'],
  user: ['--user', '--map-root-user'],
  uts: ['--uts'],
};

export async function holdNamespaces(kinds: readonly NamespaceKind[], wrapper: readonly string[] = []): Promise<Holder> {
  const unshare = ['unshare', ...kinds.flatMap((kind) => flags[kind]), '--fork', '--kill-child', 'sh', '-c', 'echo; exec sleep 1000'];
  const [command = '', ...args] = [...wrapper, ...unshare];
  const outer = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(outer.stdout, 'data');
  const pid = Number(readFileSync(`/proc/${String(outer.pid)}/task/${String(outer.pid)}/children`, 'utf8'));
  return {
    pid,
    path: (kind) => `/proc/${String(pid)}/ns/${namespaceFacts[kind].file}`,
    [Symbol.dispose](): void {
      outer.stdout.destroy();
      process.kill(pid, 'SIGKILL');
    },
  };
}
