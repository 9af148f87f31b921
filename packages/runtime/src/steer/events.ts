import { setTimeout as sleep } from 'node:timers/promises';
import { type Cgroup, type CgroupStats, formatStatsEvent } from '@standpipe/cgroups';
import { orAbort } from '../or-abort.js';
import { cgroupInUse, readContainer } from './container.js';

/** What is told of a container while it runs. */
export type ContainerEvent =
  | { readonly type: 'stats'; readonly id: string; readonly stats: CgroupStats }
  /** Memory ran out in its cgroup. */
  | { readonly type: 'oom'; readonly id: string };

export interface EventsSettings {
  /** Between two statistics. */
  readonly intervalMs?: number;
  /** Ends the events, by throwing what it aborts with. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a container uses now, its cgroup's numbers.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`, `CONTAINER_NOT_RUNNING`
 */
export function readContainerStats(root: string, id: string): CgroupStats {
  return cgroupInUse(readContainer(root, id)).stats();
}

/**
 * Tells what a container uses at intervals, and when its memory runs out, until its last process has ended.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`, `CONTAINER_NOT_RUNNING`
 */
export async function* containerEvents(
  root: string,
  id: string,
  { intervalMs = 5000, signal }: EventsSettings = {},
): AsyncGenerator<ContainerEvent, void, undefined> {
  signal?.throwIfAborted();
  const cgroup = cgroupInUse(readContainer(root, id));
  const stop = new AbortController();
  const tick = async (): Promise<'tick'> => sleep(intervalMs, 'tick' as const, { signal: stop.signal });
  await using happening = cgroup.events();
  let [next, pause] = [happening.next(), tick()];
  try {
    for (;;) {
      const first = await orAbort(Promise.race([next, pause]), signal);
      if (first === 'tick') {
        const stats = statsIfThere(cgroup);
        if (stats === undefined) return;
        yield { type: 'stats', id, stats };
        pause = tick();
        continue;
      }
      const { done, value: event } = first;
      if (done === true || event.type === 'removed' || (event.type === 'populated' && !event.populated)) return;
      if (event.type === 'oom') yield { type: 'oom', id };
      next = happening.next();
    }
  } finally {
    pause.catch(() => undefined);
    stop.abort();
  }
}

function statsIfThere(cgroup: Cgroup): CgroupStats | undefined {
  try {
    const stats = cgroup.stats();
    return cgroup.exists() ? stats : undefined;
  } catch (error) {
    if (!cgroup.exists()) return undefined;
    throw error;
  }
}

/** An event as one line of JSON, without the line break: as `runc events` prints it. */
export function formatContainerEvent(event: ContainerEvent): string {
  return event.type === 'stats' ? formatStatsEvent(event.id, event.stats) : JSON.stringify(event);
}
