import type { CgroupVersion } from './layout.js';

/** One write to one file of a cgroup: what every limit comes down to. Pure data: a program's ops or `node:fs` make it. */
export interface CgroupWrite {
  /** The controller whose hierarchy the file is in. */
  readonly controller: string;
  readonly version: CgroupVersion;
  /** `memory.max`, `cpu.cfs_quota_us`. */
  readonly file: string;
  readonly value: string;
  /** Where the config asked for it: `/linux/resources/memory/limit`. */
  readonly pointer: string;
  /** Errnos that are no failure. Never for a restriction that was asked for. */
  readonly unless?: readonly string[] | undefined;
  /** What is written instead where this kernel has no such file (ENOENT): `io.weight` for `io.bfq.weight`. */
  readonly fallback?: { readonly file: string; readonly value: string } | undefined;
  /** Refused, before anything is written, when the number in this file of the cgroup is `atLeast` that much: `memory.checkBeforeUpdate`. */
  readonly refuseWhen?: { readonly file: string; readonly atLeast: string } | undefined;
}
