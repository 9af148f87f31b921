import { statSync } from 'node:fs';

/** Whether a cgroup is there, and not what an ordinary user was not allowed to make because it was another's already. */
export function isOurs(path: string): boolean {
  const owner = statSync(path, { throwIfNoEntry: false })?.uid;
  const user = process.geteuid?.();
  return owner !== undefined && (user === 0 || owner === user);
}
