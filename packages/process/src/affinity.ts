import { buf, type Op, type Reg, reg, sys } from '@standpipe/program';
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

/** `execCPUAffinity` of a process that is cloned by the host half. */
export interface ExecCpuAffinityPlan {
  /** Host, just before the clone: the process is born with `initial`. */
  readonly beforeClone: Op[];
  /** Host, behind it: has its own again. */
  readonly afterClone: Op[];
  /** The process, in the container's cgroup. */
  readonly final: Op[];
}

/** As large as the kernel's own mask may be. */
const MASK_SIZE = 2048;

/** Plans that a process is born with an affinity, while the one that clones it keeps its own. */
export function planExecCpuAffinity(affinity: CpuAffinity, pointer?: string): ExecCpuAffinityPlan {
  const { initial, final } = planCpuAffinity(affinity, 0, pointer);
  if (initial.length === 0) return { beforeClone: [], afterClone: [], final };
  const own = buf('own affinity', MASK_SIZE);
  const length = reg('affinity length');
  return {
    beforeClone: [sys('sched_getaffinity', [0, MASK_SIZE, own], { to: length, say: 'look which CPUs we run on' }), ...initial],
    afterClone: [sys('sched_setaffinity', [0, length, own], { say: 'run on our own CPUs again' })],
    final,
  };
}
