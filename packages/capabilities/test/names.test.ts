import { expect } from 'chai';
import { describe, it } from 'mocha';
import { capabilityNames, capabilityNumber, LAST_CAP } from '../src/index.js';

describe('capability names', () => {
  it('stand at their numbers', () => {
    // A few of linux/capability.h, from its beginning, middle and end.
    expect([0, 5, 12, 21, 25, 31, 32, 37, 40].map((number) => capabilityNames[number])).to.deep.equal([
      'CAP_CHOWN',
      'CAP_KILL',
      'CAP_NET_ADMIN',
      'CAP_SYS_ADMIN',
      'CAP_SYS_TIME',
      'CAP_SETFCAP',
      'CAP_MAC_OVERRIDE',
      'CAP_AUDIT_READ',
      'CAP_CHECKPOINT_RESTORE',
    ]);
    expect(LAST_CAP).to.equal(40);
  });

  it('are exact', () => {
    expect(capabilityNumber('CAP_SYS_ADMIN')).to.equal(21);
    for (const wrong of ['SYS_ADMIN', 'cap_sys_admin', 'CAP_SYS_ADMIN ', '', 'toString'])
      expect(capabilityNumber(wrong)).to.equal(undefined);
  });
});
