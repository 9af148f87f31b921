import type { CgroupVersion } from '../layout.js';

/** Where the numbers of one controller come from. */
export interface StatsSource {
  readonly version: CgroupVersion;
  /** The text of a file of the cgroup, or undefined where there is none. */
  readonly read: (file: string) => string | undefined;
  /** The names of the cgroup's files. */
  readonly files: () => readonly string[];
}
