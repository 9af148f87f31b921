import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planCpuAffinity } from '../src/index.js';
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
