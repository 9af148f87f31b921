import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { probeMounts } from '../src/index.js';

describe('probeMounts', () => {
  leaveNothing();

  it('finds what this kernel has, for root and in a user namespace, and leaves no mount', function () {
    needsRoot(this);
    for (const uid of [0, 1000]) {
      const found = probeMounts({ uid });
      expect(found.map(({ group }) => group)).to.deep.equal(Array.from(found, () => 'mounts'));
      // The other tests of this package do all of it for real.
      expect(
        found.filter(({ outcome, what }) => outcome !== 'yes' && !what.startsWith('overlay')),
        String(uid),
      ).to.deep.equal([]);
      expect(found.filter(({ essential }) => essential)).to.have.lengthOf(2);
    }
  });
});
