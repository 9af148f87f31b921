import { readFileSync } from 'node:fs';
import { type CgroupLayout, readCgroupLayout } from '../src/index.js';

/**
 * The machine's hierarchies, and on a hybrid one those of v1 and that of v2 each by itself: so what v2 has without controllers is
 * tested there too.
 */
export function layouts(): Record<string, CgroupLayout> {
  const whole = readCgroupLayout();
  const only = (version: 1 | 2): CgroupLayout => ({ hierarchies: whole.hierarchies.filter((one) => one.version === version) });
  const parts = { v1: only(1), v2: only(2) };
  const found = Object.entries(parts).filter(([, { hierarchies }]) => hierarchies.length > 0);
  return Object.fromEntries(found.length === 2 ? [...found, ['hybrid', whole]] : found);
}

/** A path at the hierarchies' roots that nobody else has. */
export function ownPath(name: string): string {
  return `/standpipe-test-${String(process.pid)}-${name}`;
}

/** How much CPU time a process has used, in ticks. @man proc_pid_stat(5) */
export function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
