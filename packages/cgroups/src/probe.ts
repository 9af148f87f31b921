import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Probe, probeOps, sys, words } from '@standpipe/program';
import { CLONE } from '@standpipe/syscalls';
import { type CgroupTexts, detectCgroups } from './detect.js';
import { type CgroupHierarchy, versionOf } from './layout.js';

const group = 'cgroups';
const CLONE_ARGS_SIZE = 88;
const SIGCHLD = 17;

/** Controllers that limits need, by the names of v1 and v2, with what they are for. */
const controllers: readonly (readonly [names: readonly string[], limits: string, fix?: string])[] = [
  [['memory'], 'memory', 'boot with cgroup_enable=memory, on v1 and on the Raspberry Pi'],
  [['cpu'], 'CPU time'],
  [['cpuset'], 'CPUs and memory nodes'],
  [['pids'], 'processes'],
  [['io', 'blkio'], 'block io'],
  [['hugetlb'], 'huge pages'],
];

export interface ProbeCgroupsInput extends CgroupTexts {
  readonly uid: number;
}

/** What this machine's cgroups can do for containers. Makes none. */
export function probeCgroups({ uid, ...texts }: ProbeCgroupsInput): Probe[] {
  const layout = detectCgroups(texts);
  const { hierarchies } = layout;
  if (hierarchies.length === 0) {
    return [
      {
        group,
        what: 'limits and accounting',
        outcome: 'no',
        found: 'no cgroup hierarchy is mounted',
        fix: 'mount -t cgroup2 cgroup2 /sys/fs/cgroup',
      },
    ];
  }
  const v2 = hierarchies.find(({ version }) => version === 2);
  return [
    { group, what: describeLayout(hierarchies), outcome: 'yes' },
    ...controllers.map(([names, limits, fix]): Probe => {
      const version = names.map((name) => versionOf(layout, name)).find((found) => found !== undefined);
      const what = `limits of ${limits}`;
      if (version !== undefined) return { group, what: `${what}, on v${String(version)}`, outcome: 'yes' };
      return {
        group,
        what,
        outcome: 'no',
        found: `no controller ${names.join(' or ')}`,
        fix: fix ?? 'needs a kernel that is built with it, and the controller mounted or enabled',
      };
    }),
    swap(hierarchies),
    ...(uid === 0 ? [] : [delegation(v2)]),
    killing(v2),
    // Of this fd the kernel says that it is none, once it knows the flag.
    probeOps({
      group,
      what: 'processes born in their cgroup (CLONE_INTO_CGROUP)',
      kernel: '5.7',
      known: ['EBADF'],
      ops: [sys('clone3', [words('clone_args', [BigInt(CLONE.INTO_CGROUP), 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 1 << 20]), CLONE_ARGS_SIZE])],
    }),
  ];
}

function describeLayout(hierarchies: readonly CgroupHierarchy[]): string {
  const v1 = hierarchies.filter(({ version }) => version === 1).length;
  const v2 = hierarchies.find(({ version }) => version === 2);
  if (v1 === 0) return `v2 alone, at ${v2?.mountPoint ?? ''}`;
  return v2 === undefined ? `v1 alone, ${String(v1)} hierarchies` : `v1 with ${String(v1)} hierarchies, and v2 at ${v2.mountPoint}`;
}

function swap(hierarchies: readonly CgroupHierarchy[]): Probe {
  const what = 'limits of swap';
  const memory = hierarchies.find((hierarchy) => hierarchy.controllers.includes('memory'));
  const file = memory?.version === 1 ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max';
  if (memory === undefined) return { group, what, outcome: 'no', found: 'no controller memory' };
  const has = holds(memory, file);
  if (has === undefined) return { group, what, outcome: 'unknown', found: 'there is no cgroup yet to look at' };
  return has
    ? { group, what, outcome: 'yes' }
    : { group, what, outcome: 'no', found: `there is no ${file}`, fix: 'boot with swapaccount=1, on a kernel with CONFIG_SWAP' };
}

function killing(v2: CgroupHierarchy | undefined): Probe {
  const what = 'all processes of a cgroup killed at once (cgroup.kill)';
  if (v2 === undefined) return { group, what, outcome: 'no', found: 'cgroup v1 has no such thing: they are frozen and killed one by one' };
  const has = holds(v2, 'cgroup.kill');
  if (has === undefined) return { group, what, outcome: 'unknown', found: 'there is no cgroup yet to look at' };
  return has ? { group, what, outcome: 'yes' } : { group, what, outcome: 'no', fix: 'needs Linux 5.14 or newer' };
}

/** May this user make cgroups below the own one? */
function delegation(v2: CgroupHierarchy | undefined): Probe {
  const what = 'cgroups for containers of this user';
  const fix = 'let systemd delegate one: systemd-run --user --scope -p Delegate=yes, or a session with loginctl enable-linger';
  if (v2 === undefined || v2.controllers.length === 0)
    return { group, what, outcome: 'no', found: 'cgroup v1 is not delegated safely', fix: 'boot with systemd.unified_cgroup_hierarchy=1' };
  const own = join(v2.mountPoint, v2.own).replace(/(?<=.)\/$/, '');
  try {
    for (const file of ['.', 'cgroup.procs', 'cgroup.subtree_control']) accessSync(join(own, file), constants.W_OK);
    return { group, what, outcome: 'yes' };
  } catch {
    return { group, what, outcome: 'no', found: `${own} is not this user's: containers run without limits`, fix };
  }
}

/** Whether cgroups of a hierarchy have a file; the root has few. Undefined where there is none but the root. */
function holds({ mountPoint, own }: CgroupHierarchy, file: string): boolean | undefined {
  if (existsSync(join(mountPoint, own, file))) return true;
  if (own !== '/') return false;
  try {
    const child = readdirSync(mountPoint, { withFileTypes: true }).find((entry) => entry.isDirectory());
    return child === undefined ? undefined : existsSync(join(mountPoint, child.name, file));
  } catch {
    return undefined;
  }
}

/** Whether systemd runs this machine, to be asked for scopes. */
export function probeSystemd(): Probe {
  const what = 'cgroups made by systemd (--systemd-cgroup)';
  // sd_booted(3)
  if (!existsSync('/run/systemd/system'))
    return {
      group,
      what,
      outcome: 'no',
      found: 'systemd does not run this machine',
      fix: 'leave the option out, in Podman by --cgroup-manager=cgroupfs',
    };
  return { group, what, outcome: 'yes' };
}
