import { type Op, type Reg, sys } from '@standpipe/program';
import { parseCpuList } from './cpu-list.js';
import { invalid } from './errors.js';

/** `process.execCPUAffinity`: for a process that is executed in a running container, not for its first. */
export interface CpuAffinity {
  /** From its birth until it is in the container's cgroup. */
  readonly initial?: string | undefined;
  /** From then on. */
  readonly final?: string | undefined;
}

/** Ops for before and after a process is moved to the container's cgroup. Each is empty where there is nothing to set. */
export interface CpuAffinityPlan {
  readonly initial: Op[];
  readonly final: Op[];
}

/**
 * Plans which CPUs a process may run on: `pid`, or with 0 the one that runs the ops. A process inherits it, so
 * `initial` may as well be run by its parent before the clone.
 *
 * @man sched_setaffinity(2)
 * @errno EINVAL none of the CPUs is there, or in the process's cpuset
 * @throws SpecError for what is no list of CPUs
 */
export function planCpuAffinity(affinity: CpuAffinity, pid: Reg | 0, pointer = '/process/execCPUAffinity'): CpuAffinityPlan {
  const plan = (which: 'initial' | 'final'): Op[] => {
    const list = affinity[which];
    if (list === undefined || list === '') return [];
    const at = `${pointer}/${which}`;
    const mask = parseCpuList(list);
    if (mask === undefined)
      throw invalid({ pointer: at, message: `${JSON.stringify(list)} is no list of CPUs`, expected: 'numbers and ranges, such as 0-3,7' });
    return [sys('sched_setaffinity', [pid, mask.length, mask], { say: `run on the CPUs ${list} only`, pointer: at })];
  };
  return { initial: plan('initial'), final: plan('final') };
}
