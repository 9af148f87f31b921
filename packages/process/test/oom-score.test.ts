import { reg } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planOomScoreAdj } from '../src/index.js';
import { issuesOf } from './issues.js';

describe('planOomScoreAdj', () => {
  it('refuses what the kernel would', () => {
    const regs = { proc: reg('proc'), pid: reg('pid') };
    for (const score of [-1001, 1001, 0.5, Number.NaN]) {
      expect(issuesOf(() => planOomScoreAdj(score, regs))).to.deep.equal([`/process/oomScoreAdj: ${String(score)} is no score`]);
    }
    for (const score of [-1000, 0, 1000]) expect(issuesOf(() => planOomScoreAdj(score, regs))).to.deep.equal([]);
  });
});
