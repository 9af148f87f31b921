import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AT, mknodat, openPort, S_IFBLK, S_IFCHR, unlinkat } from '@standpipe/syscalls';
import { ACCESS } from '../../src/devices/rule.js';
import type { DeviceUse } from '../../src/devices/table.js';

const nodeMode = { b: S_IFBLK, c: S_IFCHR } as const;

/** A process that tries to use devices, and can be put into a cgroup. The nodes are in a directory of its own, so nothing real is opened. */
export class Prober implements AsyncDisposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'standpipe-devices-'));
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;

  /** Makes a node of each device in `uses`, while it may. */
  constructor(uses: readonly DeviceUse[]) {
    const port = openPort();
    for (const use of new Map(uses.map((use) => [nodeName(use), use])).values()) makeNode(port, join(this.#directory, nodeName(use)), use);
    this.#child = fork(fileURLToPath(import.meta.url), [this.#directory]);
    this.#ready = once(this.#child, 'message');
  }

  /** Once it has started: without /dev/urandom Node wouldn't. */
  async enter(cgroup: string): Promise<void> {
    await this.#ready;
    writeFileSync(join(cgroup, 'cgroup.procs'), String(this.#child.pid));
  }

  /** What the kernel lets it do. */
  async verdicts(uses: readonly DeviceUse[]): Promise<boolean[]> {
    this.#child.send(uses);
    const ended = new AbortController();
    const end = (): void => {
      ended.abort();
    };
    this.#child.once('exit', end);
    const [answer] = (await once(this.#child, 'message', { signal: ended.signal })) as [boolean[]];
    this.#child.off('exit', end);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
    rmSync(this.#directory, { recursive: true });
  }
}

function nodeName({ type, major, minor }: DeviceUse): string {
  return `${type}-${major}-${minor}`;
}

function makeNode(port: ReturnType<typeof openPort>, path: string, use: DeviceUse): void {
  mknodat(port, AT.FDCWD, path, nodeMode[use.type] | 0o666, use);
}

function isAllowed(port: ReturnType<typeof openPort>, directory: string, use: DeviceUse): boolean {
  const path = join(directory, nodeName(use));
  try {
    if (use.access === ACCESS.MKNOD) {
      makeNode(port, `${path}-new`, use);
      unlinkat(port, AT.FDCWD, `${path}-new`, 0);
    } else {
      // access(2) asks the device controller as open(2) would, and leaves the device alone.
      accessSync(path, ((use.access & ACCESS.READ) === 0 ? 0 : constants.R_OK) | ((use.access & ACCESS.WRITE) === 0 ? 0 : constants.W_OK));
    }
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EPERM') return false;
    throw error;
  }
}

const [directory] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url) && directory !== undefined) {
  const port = openPort();
  process.send?.('ready');
  process.on('message', (uses: readonly DeviceUse[]) => {
    process.send?.(uses.map((use) => isAllowed(port, directory, use)));
  });
}
