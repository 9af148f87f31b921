import { expect } from 'chai';
import { describe, it } from 'mocha';
import { capabilityNumbers, formatCapabilities, formatMask, hasCapability, maskUpTo, parseMask } from '../src/index.js';

describe('capability masks', () => {
  it('hold the numbers up to the last', () => {
    expect(maskUpTo(0)).to.equal(1n);
    expect(maskUpTo(40)).to.equal(0x1ff_ffff_ffffn);
    expect(maskUpTo(63)).to.equal(2n ** 64n - 1n);
  });

  it('give their numbers and names, those without a name too', () => {
    const mask = (1n << 0n) | (1n << 21n) | (1n << 40n) | (1n << 41n);
    expect(capabilityNumbers(mask)).to.deep.equal([0, 21, 40, 41]);
    expect(formatCapabilities(mask)).to.deep.equal(['CAP_CHOWN', 'CAP_SYS_ADMIN', 'CAP_CHECKPOINT_RESTORE', 'cap_41']);
    expect(capabilityNumbers(0n)).to.deep.equal([]);
    expect(hasCapability(mask, 21)).to.equal(true);
    expect(hasCapability(mask, 22)).to.equal(false);
  });

  it('are read as /proc shows them', () => {
    expect(formatMask(0xa804_25fbn)).to.equal('00000000a80425fb');
    expect(parseMask('00000000a80425fb\n')).to.equal(0xa804_25fbn);
  });
});
