import { mkdirSync, rmdirSync } from 'node:fs';
import { findProgram, type Ran, run } from '@standpipe/test-support';

const hugetlb = '/sys/fs/cgroup/hugetlb';

/** Words that run a program with the cgroup v1 hierarchy mounted that crun insists on, in a mount namespace of its own. */
export function withHugetlb(words: readonly string[]): string[] {
  return ['/usr/bin/unshare', '--mount', '/bin/sh', '-c', `mount -t cgroup -o hugetlb cgroup ${hugetlb} && exec "$@"`, 'sh', ...words];
}

/** Makes the directory for it, unless the machine has one, for as long as `use` takes. */
export async function whileHugetlb<T>(use: () => Promise<T>): Promise<T> {
  let made = false;
  try {
    mkdirSync(hugetlb);
    made = true;
  } catch {
    // It is there, or this is cgroup v2 and nobody needs it.
  }
  try {
    return await use();
  } finally {
    if (made) rmdirSync(hugetlb);
  }
}

/** Runs another runtime of this machine. */
export async function peer(name: string, args: readonly string[]): Promise<Ran> {
  const path = findProgram(name) ?? name;
  if (name !== 'crun') return run(path, args);
  const [command = '', ...words] = withHugetlb([path, ...args]);
  return whileHugetlb(async () => run(command, words));
}
