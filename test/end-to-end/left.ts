import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const hierarchies = '/sys/fs/cgroup';

/** The cgroups of a container whose cgroupsPath is its id, or begins with it, in whichever hierarchy. */
export function cgroupsOf(id: string): string[] {
  return [hierarchies, ...readdirSync(hierarchies).map((name) => join(hierarchies, name))]
    .map((folder) => join(folder, id))
    .filter((path) => existsSync(path));
}

/**
 * Processes that are in such a cgroup, or were made for the container and are not there yet. None that
 * have ended and wait for somebody to take note.
 */
export function processesOf(...words: readonly string[]): string[] {
  return pids().flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (command.length === 1) return [];
      const named = words.some((word) => command.includes(word));
      const inside = words.some((word) => readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`/${word}`));
      return named || inside ? [`${pid} ${command.join(' ')}`] : [];
    } catch {
      return [];
    }
  });
}

export function mountsBelow(path: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`${path}/`));
}

function pids(): string[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
}
