import { reg } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planCwd, planMakeCwd } from '../src/index.js';
import { issuesOf } from './issues.js';

describe('planCwd and planMakeCwd', () => {
  it('refuse what is no absolute path', () => {
    for (const plan of [() => planCwd('tmp'), () => planMakeCwd('tmp', reg('root'))]) {
      expect(issuesOf(plan)).to.deep.equal(['/process/cwd: "tmp" is relative']);
    }
    expect(issuesOf(() => planCwd('/t\0mp', { pointer: '/cwd' }))).to.deep.equal(['/cwd: the working directory contains a NUL']);
  });

  it('make nothing of the root', () => {
    expect(planMakeCwd('/', reg('root'))).to.deep.equal([]);
  });
});
