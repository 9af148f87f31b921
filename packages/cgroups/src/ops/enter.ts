import { branch, buf, closeFd, format, here, label, type Op, type Reg, reg, sys } from '@standpipe/program';
import type { CgroupHierarchy } from '../layout.js';
import { openFile } from './directory.js';
import { explained, notDelegated } from './refused.js';

export interface EnterSettings {
  readonly pid: Reg;
  /** Whoever may not enter does without. */
  readonly optional: boolean;
  readonly pointer: string | undefined;
}

/** A cgroup that is open. */
export interface EnteredCgroup {
  readonly cgroup: Reg;
  readonly hierarchy: Pick<CgroupHierarchy, 'version' | 'controllers'>;
  /** Its absolute path. */
  readonly directory: string;
}

/** Why a hierarchy of this kind lets no process in. */
function refusalsOf({ version, controllers }: Pick<CgroupHierarchy, 'version' | 'controllers'>): Readonly<Record<string, string>> {
  if (version === 2) {
    return { EBUSY: 'it gives controllers to cgroups below it, and then v2 lets no process in', EOPNOTSUPP: 'it is a threaded cgroup' };
  }
  return controllers.includes('cpuset') ? { ENOSPC: 'it has no CPUs or no memory nodes' } : {};
}

/** Moves the container's process into each of these cgroups, whose fds are closed then. */
export function enterCgroups(cgroups: readonly EnteredCgroup[], { pid, optional, pointer }: EnterSettings): Op[] {
  if (cgroups.length === 0) return [];
  const text = buf('pid', 16);
  const length = reg('length');
  return [
    format(text, [pid], length),
    ...cgroups.flatMap(({ cgroup, hierarchy, directory }): Op[] => {
      const file = reg('cgroup.procs');
      const done = label(`in ${directory}`);
      const notes = { say: `put the container's process into the cgroup ${JSON.stringify(directory)}`, pointer };
      const args = [file, text, length];
      return [
        ...(optional ? [branch(cgroup, '<', 0, done)] : []),
        openFile(cgroup, 'cgroup.procs', file, { ...notes, ...(optional ? { unless: { errno: notDelegated, goto: done } } : {}) }),
        ...(optional
          ? [sys('write', args, { ...notes, unless: { errno: notDelegated } })]
          : explained('write', args, notes, refusalsOf(hierarchy))),
        closeFd(file),
        here(done),
        closeFd(cgroup),
      ];
    }),
  ];
}
