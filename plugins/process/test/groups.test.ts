import { planCreate } from '@standpipe/runtime-api/testing';
import type { CreateContext } from '@standpipe/runtime-api';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { processPlugin } from '../src/index.js';

const firstMap = '         0          0 4294967295\n';
const rootlessMap = '         0       1000          1\n         1     100000      65536\n';

/** Whether setgroups is called, and what is warned of. */
async function planned(value: string | undefined, uid: number, uidMap: string | undefined): Promise<[boolean, CreateContext['warnings']]> {
  const { program, warnings } = await planCreate(processPlugin, {
    spec: value === undefined ? {} : { annotations: { 'run.oci.keep_original_groups': value } },
    facts: { uid, readText: (path) => (path === '/proc/self/uid_map' ? uidMap : undefined) },
  });
  const ops = program.source().sections.flatMap(({ fragments }) => fragments.flatMap((fragment) => fragment.ops));
  return [ops.some((op) => op.op === 'syscall' && op.name === 'setgroups'), warnings];
}

describe('run.oci.keep_original_groups', () => {
  it("is followed for an ordinary user, root of another's user namespace included", async () => {
    expect(await planned('1', 1000, firstMap)).to.deep.equal([false, []]);
    expect(await planned('1', 0, rootlessMap)).to.deep.equal([false, []]);
  });

  it('does not give the groups of root away, and says so', async () => {
    for (const map of [firstMap, undefined]) {
      const [called, warnings] = await planned('1', 0, map);
      expect(called).to.equal(true);
      expect(warnings.map(({ pointer }) => pointer)).to.deep.equal(['/annotations/run.oci.keep_original_groups']);
    }
  });

  it('is off when it says 0, or nothing', async () => {
    expect(await planned('0', 1000, firstMap)).to.deep.equal([true, []]);
    expect(await planned(undefined, 1000, firstMap)).to.deep.equal([true, []]);
  });

  it('does not go with further groups', async () => {
    try {
      await planCreate(processPlugin, {
        spec: {
          annotations: { 'run.oci.keep_original_groups': '1' },
          process: { user: { uid: 0, gid: 0, additionalGids: [5] }, cwd: '/', args: ['true'] },
        },
        facts: { uid: 1000 },
      });
    } catch (error) {
      expect(String((error as Error).cause)).to.include("can't be added");
      return;
    }
    expect.fail('taken');
  });
});
