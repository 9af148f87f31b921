import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { type CgroupDirectory, directoryOf, unified } from './directory.js';
import { readIfThere } from './files.js';
import { OomCounter } from './oom-counter.js';
import { isPopulated } from './processes.js';
import { parseFlatKeyed } from './stats/count.js';

export type CgroupEvent =
  /** Memory ran out, so often since the last event. */
  | { readonly type: 'oom'; readonly count: number }
  /** The OOM killer ended so many processes. @kernel v1 4.13 */
  | { readonly type: 'oom-kill'; readonly count: number }
  /** The first process came, or the last one went. */
  | { readonly type: 'populated'; readonly populated: boolean }
  /** The cgroup is gone. Always the last one. */
  | { readonly type: 'removed' };

/** How often is looked where the kernel doesn't tell of changes; and where it does, which doesn't tell of the removal. */
const POLL_MS = 100;
const SAFETY_POLL_MS = 250;

interface Look {
  readonly oom: number;
  readonly oomKill: number;
  readonly populated: boolean;
}

/**
 * What happens to a cgroup from now on, until it is removed or this is closed. The event loop lives as long.
 *
 *     for await (const event of cgroup.events()) if (event.type === 'oom') console.log('out of memory');
 */
export class CgroupEvents implements AsyncIterableIterator<CgroupEvent>, AsyncDisposable {
  readonly #directories: readonly CgroupDirectory[];
  readonly #counter: OomCounter | undefined;
  readonly #watchers: FSWatcher[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #queue: CgroupEvent[] = [];
  readonly #waiting: ((result: IteratorResult<CgroupEvent, undefined>) => void)[] = [];
  #last: Look;
  #closed = false;

  constructor(directories: readonly CgroupDirectory[]) {
    this.#directories = directories;
    const memory = directories.find(({ version, controllers }) => version === 1 && controllers.includes('memory'));
    this.#counter = memory === undefined ? undefined : new OomCounter(memory.path);
    const told = this.#watch();
    this.#last = this.#look();
    this.#timer = setInterval(() => this.#compare(), told ? SAFETY_POLL_MS : POLL_MS);
  }

  async next(): Promise<IteratorResult<CgroupEvent, undefined>> {
    const event = this.#queue.shift();
    if (event !== undefined) return { done: false, value: event };
    if (this.#closed) return { done: true, value: undefined };
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  async return(): Promise<IteratorResult<CgroupEvent, undefined>> {
    this.close();
    this.#queue.length = 0;
    return { done: true, value: undefined };
  }

  /** Ends it. What has happened until now can still be read. */
  close(): void {
    if (this.#closed) return;
    this.#compare();
    this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** Has the kernel tell of changes, by inotify on the files of v2. False when it doesn't tell all. */
  #watch(): boolean {
    const directory = unified(this.#directories);
    if (directory === undefined) return false;
    try {
      for (const file of ['cgroup.events', 'memory.events']) {
        const path = join(directory.path, file);
        if (readIfThere(path) === undefined) continue;
        const watcher = watch(path, () => this.#compare());
        watcher.on('error', () => undefined);
        this.#watchers.push(watcher);
      }
    } catch {
      // No inotify instance is left for this user.
      return false;
    }
    return this.#directories.every(({ version }) => version === 2);
  }

  #look(): Look {
    const memory = directoryOf(this.#directories, 'memory');
    const populated = isPopulated(this.#directories);
    if (this.#counter !== undefined) return { ...this.#counter.look(), populated };
    const events = memory === undefined ? {} : parseFlatKeyed(readIfThere(join(memory.path, 'memory.events')));
    return { oom: Number(events['oom'] ?? 0), oomKill: Number(events['oom_kill'] ?? 0), populated };
  }

  #compare(): void {
    if (this.#closed) return;
    let now: Look;
    try {
      now = this.#look();
    } catch {
      // This process has no fd left, say: the next look tells all the same.
      return;
    }
    // Of a cgroup that went meanwhile the numbers may be of no worth.
    const gone = this.#directories.every(({ path }) => readIfThere(join(path, 'cgroup.procs')) === undefined);
    if (gone) {
      if (this.#last.populated) this.#emit({ type: 'populated', populated: false });
      this.#emit({ type: 'removed' });
      this.#end();
      return;
    }
    if (now.oom > this.#last.oom) this.#emit({ type: 'oom', count: now.oom - this.#last.oom });
    if (now.oomKill > this.#last.oomKill) this.#emit({ type: 'oom-kill', count: now.oomKill - this.#last.oomKill });
    if (now.populated !== this.#last.populated) this.#emit({ type: 'populated', populated: now.populated });
    this.#last = now;
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#counter?.close();
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  #emit(value: CgroupEvent): void {
    const resolve = this.#waiting.shift();
    if (resolve === undefined) this.#queue.push(value);
    else resolve({ done: false, value });
  }
}
