import { type Integer, maxOr, type Section } from './section.js';

/** `linux.resources.pids`. */
export interface LinuxPids {
  /** Tasks; -1 is no limit. */
  readonly limit?: Integer | undefined;
}

export function planPids({ limit }: LinuxPids, section: Section): void {
  const tasks = section.integer('limit', limit, { min: -1n, max: 2n ** 63n - 1n });
  // With none at all not even the container's own process could be made in the cgroup. runc since 1.4 and systemd read 0 so too.
  if (tasks !== undefined) section.write('limit', 'pids.max', tasks === 0n ? '1' : maxOr(tasks));
}
