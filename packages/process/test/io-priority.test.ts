import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planIoPriority } from '../src/index.js';
import { callsOf, issuesOf } from './issues.js';

describe('planIoPriority', () => {
  it('joins class and priority', () => {
    expect(callsOf(planIoPriority({ class: 'IOPRIO_CLASS_RT', priority: 7 }, 0))).to.deep.equal([['ioprio_set', 1, 0, 0x2007]]);
    expect(callsOf(planIoPriority({ class: 'IOPRIO_CLASS_BE', priority: 0 }, 0))).to.deep.equal([['ioprio_set', 1, 0, 0x4000]]);
    expect(callsOf(planIoPriority({ class: 'IOPRIO_CLASS_IDLE' }, 0))).to.deep.equal([['ioprio_set', 1, 0, 0x6000]]);
  });

  it('refuses the rest', () => {
    expect(issuesOf(() => planIoPriority({ class: 'IDLE', priority: 1 }, 0))).to.deep.equal([
      '/process/ioPriority/class: "IDLE" is no class',
    ]);
    for (const priority of [-1, 8, 1.5]) {
      expect(issuesOf(() => planIoPriority({ class: 'IOPRIO_CLASS_BE', priority }, 0))).to.deep.equal([
        `/process/ioPriority/priority: ${String(priority)} is no priority`,
      ]);
    }
  });
});
