import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planCpuAffinity, planExecCpuAffinity } from '../src/index.js';
import { callsOf, issuesOf } from './issues.js';

describe('planCpuAffinity', () => {
  it('plans each part that is given', () => {
    const { initial, final } = planCpuAffinity({ initial: '0', final: '1,3' }, 0);
    expect(callsOf(initial)).to.deep.equal([['sched_setaffinity', 0, 8, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)]]);
    expect(callsOf(final)).to.deep.equal([['sched_setaffinity', 0, 8, Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 0)]]);
    expect(planCpuAffinity({ initial: '' }, 0)).to.deep.equal({ initial: [], final: [] });
  });

  it('refuses what is no list', () => {
    expect(issuesOf(() => planCpuAffinity({ final: '3-1' }, 0))).to.deep.equal([
      '/process/execCPUAffinity/final: "3-1" is no list of CPUs',
    ]);
  });
});

describe('planExecCpuAffinity', () => {
  it('has the process born with the first affinity, while who clones it keeps its own', () => {
    const { beforeClone, afterClone, final } = planExecCpuAffinity({ initial: '0', final: '1' });
    expect(callsOf(beforeClone).map(([name]) => name)).to.deep.equal(['sched_getaffinity', 'sched_setaffinity']);
    expect(callsOf(afterClone).map(([name]) => name)).to.deep.equal(['sched_setaffinity']);
    expect(callsOf(final)).to.deep.equal([['sched_setaffinity', 0, 8, Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0)]]);
  });

  it('does nothing around the clone without a first affinity', () => {
    expect(planExecCpuAffinity({ final: '1' })).to.deep.include({ beforeClone: [], afterClone: [] });
    expect(planExecCpuAffinity({})).to.deep.equal({ beforeClone: [], afterClone: [], final: [] });
  });
});
