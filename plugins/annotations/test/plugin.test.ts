import { OriginalGroups } from '@standpipe/runtime-api';
import { planCreate } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import annotationsByDefault, { annotationsPlugin } from '../src/index.js';

const name = 'run.oci.keep_original_groups';
const firstMap = '         0          0 4294967295\n';
const rootlessMap = '         0       1000          1\n         1     100000      65536\n';

/** Whether groups are kept, and what is warned of. */
async function weighed(
  value: string | undefined,
  uid: number,
  uidMap: string | undefined,
): Promise<[boolean | undefined, readonly string[]]> {
  const { slots, warnings } = await planCreate(annotationsPlugin, {
    spec: value === undefined ? {} : { annotations: { [name]: value } },
    facts: { uid, readText: (path) => (path === '/proc/self/uid_map' ? uidMap : undefined) },
  });
  return [slots.get(OriginalGroups), warnings.map(({ pointer }) => pointer)];
}

describe('the annotations plugin', () => {
  it('is exported by name and as default', () => {
    expect(annotationsByDefault).to.equal(annotationsPlugin);
  });

  describe(name, () => {
    it("is followed for an ordinary user, root of such a one's user namespace included", async () => {
      expect(await weighed('1', 1000, firstMap)).to.deep.equal([true, []]);
      expect(await weighed('1', 0, rootlessMap)).to.deep.equal([true, []]);
    });

    it('does not give the groups of root away, and says so', async () => {
      for (const map of [firstMap, undefined]) expect(await weighed('1', 0, map)).to.deep.equal([false, [`/annotations/${name}`]]);
    });

    it('is off when it says 0, or nothing', async () => {
      expect(await weighed('0', 1000, firstMap)).to.deep.equal([false, []]);
      expect(await weighed(undefined, 1000, firstMap)).to.deep.equal([false, []]);
    });
  });
});
