import { type Attempt, tryOps } from './try-ops.js';
import type { Op } from './op.js';

/** What this machine can do, or not, found by doing it where that leaves nothing. */
export interface Probe {
  /** The subject, in a word: probes are shown by it. */
  readonly group: string;
  /** What is or isn't possible. */
  readonly what: string;
  /** `unknown`: who asks may not find out. */
  readonly outcome: 'yes' | 'no' | 'unknown';
  /** What was seen. */
  readonly found?: string | undefined;
  /** What to change for a yes. */
  readonly fix?: string | undefined;
  /** No container at all can do without. */
  readonly essential?: boolean | undefined;
}

export interface TriedProbe extends Pick<Probe, 'group' | 'what' | 'essential'> {
  readonly ops: readonly Op[];
  /** The kernel that brought it. */
  readonly kernel?: string;
  /** What to change where the kernel is new enough, or no newer one is what it takes. */
  readonly fix?: string;
  /** Errnos that come only where the call is known: an attempt that is meant to fail. */
  readonly known?: readonly string[];
}

/** What a kernel says to what it doesn't know. */
const unheardOf = ['ENOSYS', 'EINVAL', 'ENODEV', 'EOPNOTSUPP', 'ENOTTY', 'E2BIG'];

/** Tries ops, and makes a probe of how that ends. */
export function probeOps({ ops, kernel, fix, known = [], ...rest }: TriedProbe): Probe {
  const { done, errno } = attempt(ops);
  if (done || (errno !== undefined && known.includes(errno))) return { ...rest, outcome: 'yes' };
  const found = errno === undefined ? undefined : `the kernel says ${errno}`;
  if (errno !== undefined && unheardOf.includes(errno)) {
    return { ...rest, outcome: 'no', found, fix: fix ?? (kernel === undefined ? undefined : `needs Linux ${kernel} or newer`) };
  }
  return { ...rest, outcome: 'unknown', found, fix };
}

function attempt(ops: readonly Op[]): Attempt {
  try {
    return tryOps(ops);
  } catch {
    // Not even the process could be had: another probe tells of that.
    return { done: false, errno: undefined };
  }
}
