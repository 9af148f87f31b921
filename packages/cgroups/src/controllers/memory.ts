import { type Integer, maxOr, type Section } from './section.js';

/** `linux.resources.memory`. 0 bytes are none asked for. */
export interface LinuxMemory {
  readonly limit?: Integer | undefined;
  readonly reservation?: Integer | undefined;
  /** Memory and swap together. */
  readonly swap?: Integer | undefined;
  /** @deprecated */
  readonly kernel?: Integer | undefined;
  readonly kernelTCP?: Integer | undefined;
  readonly swappiness?: Integer | undefined;
  readonly disableOOMKiller?: boolean | undefined;
  readonly useHierarchy?: boolean | undefined;
  readonly checkBeforeUpdate?: boolean | undefined;
}

interface Bytes {
  readonly limit: bigint | undefined;
  readonly swap: bigint | undefined;
  readonly reservation: bigint | undefined;
}

const bytesOrNoLimit = { min: -1n, max: 2n ** 63n - 1n };

export function planMemory(memory: LinuxMemory, section: Section): void {
  const bytes = {
    limit: section.amount('limit', memory.limit, bytesOrNoLimit),
    swap: section.amount('swap', memory.swap, bytesOrNoLimit),
    reservation: section.amount('reservation', memory.reservation, bytesOrNoLimit),
  };
  const { limit = 0n, swap = 0n } = bytes;
  if (swap > 0n && swap < limit) {
    section.issue('swap', 'memory and swap together are limited to less than memory alone', `at least ${String(limit)}, or -1`);
    return;
  }
  if (section.version === 1) planV1(memory, bytes, section);
  else planV2(memory, bytes, section);

  const tcp = section.amount('kernelTCP', memory.kernelTCP, bytesOrNoLimit);
  if (tcp !== undefined && section.onlyOnV1('kernelTCP', 'limit of TCP buffers alone')) {
    section.write('kernelTCP', 'memory.kmem.tcp.limit_in_bytes', tcp);
  }
  const swappiness = section.integer('swappiness', memory.swappiness, { min: 0n, max: 100n });
  if (swappiness !== undefined && section.onlyOnV1('swappiness', "swappiness of a cgroup's own")) {
    section.write('swappiness', 'memory.swappiness', swappiness);
  }
  if (Number(memory.kernel ?? 0) > 0) section.warn('kernel', 'limits of kernel memory are deprecated, and not set');
}

function planV1(memory: LinuxMemory, { limit, swap, reservation }: Bytes, section: Section): void {
  planV1Limits(limit, swap, section);
  if (reservation !== undefined) section.write('reservation', 'memory.soft_limit_in_bytes', reservation);
  // The kernel has no flat cgroups any more since 5.11, and says so where 0 is asked for.
  if (memory.useHierarchy !== undefined) section.write('useHierarchy', 'memory.use_hierarchy', memory.useHierarchy ? '1' : '0');
  if (memory.disableOOMKiller !== undefined) section.write('disableOOMKiller', 'memory.oom_control', memory.disableOOMKiller ? '1' : '0');
}

/**
 * The kernel never lets the limit of memory exceed that of memory and swap, so which of the two goes first depends on whether
 * they are raised or lowered. The limit is tried first, and once more when the other is in place: one of the two attempts is the right one.
 */
function planV1Limits(limit: bigint | undefined, swap: bigint | undefined, section: Section): void {
  const file = 'memory.limit_in_bytes';
  const together = 'memory.memsw.limit_in_bytes';
  if (limit === -1n && swap !== undefined && swap > 0n) {
    section.issue('swap', 'memory and swap together are limited, and memory alone is not', 'a limit, or -1 for both');
  } else if (swap === -1n || (swap === undefined && limit === -1n)) {
    // Without accounting of swap there is no such limit to be lifted.
    section.write(swap === undefined ? 'limit' : 'swap', together, '-1', { unless: ['ENOENT'] });
    if (limit !== undefined) section.write('limit', file, limit);
  } else if (limit !== undefined && swap !== undefined) {
    section.write('limit', file, limit, { unless: ['EINVAL'] });
    section.write('swap', together, swap);
    section.write('limit', file, limit);
  } else if (limit !== undefined) {
    section.write('limit', file, limit);
  } else if (swap !== undefined) {
    section.write('swap', together, swap);
  }
}

function planV2(memory: LinuxMemory, { limit, swap, reservation }: Bytes, section: Section): void {
  // The kernel of v1 refuses such a limit by itself; that of v2 takes it, and kills.
  const check = (atLeast: bigint): { refuseWhen?: { file: string; atLeast: string } } =>
    memory.checkBeforeUpdate === true && atLeast > 0n ? { refuseWhen: { file: 'memory.current', atLeast: String(atLeast) } } : {};

  const alone = swapAlone(limit, swap, section);
  if (alone !== undefined) {
    // A kernel without accounting of swap has no such file. Then there is no limit to be lifted, and as a rule no swap to be denied.
    const unless = alone <= 0n ? { unless: ['ENOENT'] } : {};
    section.write(swap === undefined ? 'limit' : 'swap', 'memory.swap.max', maxOr(alone), {
      ...unless,
      ...(limit === undefined || limit < 0n ? check(swap ?? 0n) : {}),
    });
  }
  if (limit !== undefined) section.write('limit', 'memory.max', maxOr(limit), check(limit));
  if (reservation !== undefined) section.write('reservation', 'memory.low', maxOr(reservation));
  if (memory.useHierarchy === false) section.issue('useHierarchy', 'cgroup v2 always counts children');
  if (memory.disableOOMKiller === true) section.onlyOnV1('disableOOMKiller', 'way to disable the OOM killer');
}

/** The limit of swap alone, as v2 has it: `swap` less `limit`. As on v1, memory without a limit has swap without one. */
function swapAlone(limit: bigint | undefined, swap: bigint | undefined, section: Section): bigint | undefined {
  if (swap === undefined) return limit === -1n ? -1n : undefined;
  if (swap === -1n || limit === -1n) return swap;
  if (limit !== undefined) return swap - limit;
  section.issue('swap', "how much of memory and swap together is swap can't be told without the limit of memory", '`limit` beside it');
  return undefined;
}
