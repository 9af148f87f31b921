import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseStatus } from '../src/index.js';

const status = `Name:\tcat
CapInh:\t0000000000000001
CapPrm:\t0000000000000002
CapEff:\t0000000000000004
CapBnd:\t000001ffffffffff
CapAmb:\t0000000000000010
NoNewPrivs:\t0
`;

describe('parseStatus', () => {
  it('reads the five sets', () => {
    expect(parseStatus(status)).to.deep.equal({ inheritable: 1n, permitted: 2n, effective: 4n, bounding: 0x1ff_ffff_ffffn, ambient: 16n });
  });

  it('names the line that is missing', () => {
    expect(() => parseStatus(status.replace('CapAmb', 'Capybara'), '/proc/1/status'))
      .to.throw('/proc/1/status has no CapAmb line')
      .with.property('code', 'PROC_STATUS');
  });
});
