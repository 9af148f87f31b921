import { expect } from 'chai';
import { describe, it } from 'mocha';
import { pipeline } from '../src/index.js';
import { isPhase } from '../src/pipeline.js';

describe('pipeline', () => {
  it('gives a reference for each phase, in order', () => {
    const brew = pipeline<object>('brew').inPhases(['heat', 'pour']);
    expect(brew.id).to.equal('brew');
    expect(brew.phases).to.deep.equal(['heat', 'pour']);
    expect(Object.keys(brew.phase)).to.deep.equal(['heat', 'pour']);
    expect(brew.phase.pour.name).to.equal('pour');
    expect(brew.phase.pour.pipeline).to.equal(brew);
    expect(isPhase(brew.phase.heat)).to.equal(true);
    expect(isPhase(brew)).to.equal(false);
  });

  it('refuses a phase that comes twice', () => {
    expect(() => pipeline<object>('brew').inPhases(['heat', 'pour', 'heat']))
      .to.throw('pipeline brew has phase heat twice')
      .with.property('code', 'DUPLICATE_ID');
  });
});
