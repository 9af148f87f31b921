import { openFds } from './owned-fd.js';

/** Runs `body` and throws an Error that lists the fds it left open, if any. Fds that were closed meanwhile don't matter. */
export function withoutFdLeaks<T>(body: () => T): T {
  const before = openFds();
  const result = body();
  const left = [...openFds()].filter(([fd, target]) => before.get(fd) !== target);
  if (left.length > 0) throw new Error(`left open: ${left.map(([fd, target]) => `${fd} (${target})`).join(', ')}`);
  return result;
}
