import { dirname, join } from 'node:path';
import { readIfThere } from './files.js';

/** A write that the kernel refused. */
export interface RefusedWrite {
  /** Of the cgroup. */
  readonly directory: string;
  readonly file: string;
  readonly value: string;
  readonly code: string | undefined;
}

type Explain = (refused: RefusedWrite) => string | undefined;

const v1Memory = 'memory.limit_in_bytes';
const v1Swap = 'memory.memsw.limit_in_bytes';

/** What an errno means for a file: the first that fits. */
const explanations: readonly (readonly [file: RegExp, code: string, explain: Explain])[] = [
  [/^memory\.(kmem\.)?(tcp\.)?(memsw\.)?limit_in_bytes$/, 'EBUSY', ({ directory }) => inUse(directory, 'memory.usage_in_bytes')],
  [
    /^memory\.limit_in_bytes$/,
    'EINVAL',
    ({ directory }) => `it may not be more than ${named(directory, v1Swap)}, which counts memory and swap`,
  ],
  [
    /^memory\.memsw\.limit_in_bytes$/,
    'EINVAL',
    ({ directory }) => `memory and swap together may not be less than ${named(directory, v1Memory)}`,
  ],
  [
    /^cpu\.cfs_quota_us$/,
    'EINVAL',
    ({ directory }) => `a quota is at least 1000, and no greater part of its period than the parent's (${parentQuota(directory)})`,
  ],
  [/^cpu\.cfs_burst_us$/, 'EINVAL', () => 'the burst may not be more than the quota'],
  [
    /^cpu\.cfs_period_us$/,
    'EINVAL',
    ({ directory }) => `a period is 1000 to 1000000, and the quota no greater part of it than the parent's (${parentQuota(directory)})`,
  ],
  [/^cpu\.max$/, 'EINVAL', () => 'the quota is at least 1000, the period 1000 to 1000000'],
  [/^cpu\.rt_/, 'EINVAL', () => "the real-time budget is more than the parent's, or less than what those below have"],
  [/^cpu\.rt_/, 'EBUSY', () => 'real-time tasks run in it'],
  [/^cpuset\.(cpus|mems)$/, 'EACCES', ({ directory, file }) => `the parent has ${named(dirname(directory), file)}`],
  [
    /^cpuset\.(cpus|mems)$/,
    'EINVAL',
    ({ file }) => `this machine has no such ${file === 'cpuset.cpus' ? 'CPUs' : 'memory nodes'}, or a neighbour has them alone`,
  ],
  [/^cpuset\.(cpus|mems)$/, 'ERANGE', ({ file }) => `this machine has not so many ${file === 'cpuset.cpus' ? 'CPUs' : 'memory nodes'}`],
  [/^cpuset\.(cpus|mems)$/, 'ENOSPC', () => 'processes are in it, and need some'],
  [/^cpuset\.(cpus|mems)$/, 'EBUSY', () => 'a cgroup below it uses what would be taken away'],
  [/^(io|blkio)\./, 'ENODEV', () => 'there is no such block device'],
  [/^rdma\./, 'ENODEV', () => 'there is no such RDMA device'],
  [/^(blkio|io)\..*weight/, 'EOPNOTSUPP', () => "the device's I/O scheduler has no weights"],
  [/^(cpu|io|io\.bfq|blkio|blkio\.bfq)\.weight/, 'ERANGE', () => 'the weight is out of range'],
  [/^devices\./, 'EPERM', () => "the parent doesn't allow that device, or CAP_SYS_ADMIN is missing"],
  [/^pids\.max$/, 'EINVAL', () => 'it is a number of tasks from 0, or max'],
  [/./, 'ENOENT', ({ directory, file }) => missing(directory, file)],
  [/./, 'EACCES', () => 'the cgroup is not delegated to this user'],
  [/./, 'EROFS', () => 'the hierarchy is mounted read-only'],
];

/** Says in words why the kernel refused a value, from what the files around it hold now. */
export function explainWrite(refused: RefusedWrite): string | undefined {
  return explanations.find(([file, code]) => file.test(refused.file) && code === refused.code)?.[2](refused);
}

function inUse(directory: string, file: string): string | undefined {
  const usage = readIfThere(join(directory, file))?.trim();
  return usage === undefined ? undefined : `${usage} bytes are in use, and can't be reclaimed down to that`;
}

function named(directory: string, file: string): string {
  return `${file} = ${readIfThere(join(directory, file))?.trim() ?? 'unknown'}`;
}

function parentQuota(directory: string): string {
  const quota = readIfThere(join(dirname(directory), 'cpu.cfs_quota_us'))?.trim() ?? 'unknown';
  const period = readIfThere(join(dirname(directory), 'cpu.cfs_period_us'))?.trim() ?? 'unknown';
  return quota === '-1' ? 'no quota' : `${quota} of ${period}`;
}

function missing(directory: string, file: string): string {
  if (readIfThere(join(directory, 'cgroup.procs')) === undefined) return 'the cgroup is gone';
  const controller = file.split('.')[0] ?? file;
  const enabled = readIfThere(join(directory, 'cgroup.controllers'))?.split(/\s+/);
  return enabled === undefined || enabled.includes(controller)
    ? 'this kernel has no such setting'
    : `the ${controller} controller is not enabled for this cgroup (cgroup.subtree_control of the one above)`;
}
