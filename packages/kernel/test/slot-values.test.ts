import { expect } from 'chai';
import { describe, it } from 'mocha';
import { slot, SlotValues } from '../src/index.js';

describe('SlotValues', () => {
  const Water = slot<string>('kitchen.water');

  it('keeps the last value written, whichever copy of the token asks', () => {
    const values = new SlotValues();
    expect(values.has(Water)).to.equal(false);
    expect(values.get(Water)).to.equal(undefined);
    values.set(Water, 'cold');
    values.set(Water, 'hot');
    expect(values.need(slot<string>('kitchen.water'))).to.equal('hot');
    expect(values.has(Water)).to.equal(true);
  });

  it('names the slot that was needed and not written', () => {
    expect(() => new SlotValues().need(Water))
      .to.throw('nothing was written to slot kitchen.water')
      .with.property('code', 'SLOT_EMPTY');
  });
});
