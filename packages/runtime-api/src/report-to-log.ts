import { type Op, reg, sys } from '@standpipe/program';
import type { CreateSettings } from './create-context.js';

const AT_FDCWD = -100;
/** O_WRONLY, O_CREAT, O_APPEND and O_CLOEXEC: the same on every architecture that init runs on. */
const APPEND = 0o1 | 0o100 | 0o2000 | 0o2000000;

/** Ops for a section's end: append the sentence of what failed to the log, one line of the shape that Podman, containerd and Docker read. */
export function reportToLog({ log, name }: Pick<CreateSettings, 'log' | 'name'>, level: 'error' | 'warning', now: Date): Op[] {
  if (log === undefined) return [];
  const fd = reg('log');
  const time = now.toISOString();
  const [prefix, suffix] =
    log.format === 'json'
      ? [`{"level":"${level}","msg":"${name}: `, `","time":"${time}"}\n`]
      : [`time="${time}" level=${level} msg="${name}: `, '"\n'];
  return [sys('openat', [AT_FDCWD, log.path, APPEND, 0o644], { to: fd }), { op: 'report', fd, prefix, suffix, escape: 'json' }];
}
