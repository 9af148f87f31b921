import { type Op, type Reg, writeProcessFile } from '@standpipe/program';
import { invalid } from './errors.js';

/**
 * Plans how readily the kernel kills the process `pid` when memory is short. For the host, whose `proc` is a
 * verified procfs: in a user namespace nobody has the privilege to lower it.
 *
 * @man proc_pid_oom_score_adj(5)
 * @cap CAP_SYS_RESOURCE to lower it below where it was set by one who had that
 * @errno EACCES it would be lowered
 * @throws SpecError for a score that can't be
 */
export function planOomScoreAdj(score: number, regs: { readonly proc: Reg; readonly pid: Reg }, pointer = '/process/oomScoreAdj'): Op[] {
  if (!Number.isInteger(score) || score < -1000 || score > 1000)
    throw invalid({ pointer, message: `${String(score)} is no score`, expected: 'an integer from -1000 to 1000' });
  const say = `set oom_score_adj to ${String(score)} (lowering it takes CAP_SYS_RESOURCE)`;
  return writeProcessFile(regs.proc, [regs.pid, '/oom_score_adj'], String(score), { say, pointer });
}
