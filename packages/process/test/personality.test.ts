import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planPersonality } from '../src/index.js';
import { callsOf, issuesOf } from './issues.js';

describe('planPersonality', () => {
  it('knows two domains', () => {
    expect(callsOf(planPersonality({ domain: 'LINUX' }))).to.deep.equal([['personality', 0]]);
    expect(callsOf(planPersonality({ domain: 'LINUX32', flags: [] }))).to.deep.equal([['personality', 8]]);
  });

  it('refuses others, and flags', () => {
    expect(issuesOf(() => planPersonality({ domain: 'SVR4' }))).to.deep.equal(['/linux/personality/domain: "SVR4" is no domain']);
    expect(issuesOf(() => planPersonality({ domain: 'LINUX', flags: ['ADDR_NO_RANDOMIZE'] }))).to.deep.equal([
      '/linux/personality/flags: "ADDR_NO_RANDOMIZE" is no flag of a personality',
    ]);
  });
});
