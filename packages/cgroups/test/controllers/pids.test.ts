import { expect } from 'chai';
import { describe, it } from 'mocha';
import { issuesOf, linesOf, v1, v2 } from './plan.js';

describe('pids', () => {
  for (const [version, layout] of Object.entries({ v1, v2 })) {
    it(`limits tasks, lifts the limit, and leaves a place for the first one, on ${version}`, () => {
      expect(linesOf({ pids: { limit: 20 } }, layout)).to.deep.equal(['pids.max = 20']);
      expect(linesOf({ pids: { limit: -1 } }, layout)).to.deep.equal(['pids.max = max']);
      expect(linesOf({ pids: { limit: 0 } }, layout)).to.deep.equal(['pids.max = 1']);
      expect(linesOf({ pids: {} }, layout)).to.deep.equal([]);
      expect(issuesOf({ pids: { limit: -2 } }, layout)).to.deep.equal(['/linux/resources/pids/limit: -2 is out of range']);
    });
  }
});
