import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { type Cgroup, createCgroup } from '../src/index.js';
import { ownPath } from './hierarchies.js';

const COUNT = 500;
const PART = 100;

describe('many cgroups', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
  });
  leaveNothing();

  it(`${String(COUNT)} are made, measured and removed at a cost that stays flat`, async () => {
    const paths = Array.from({ length: COUNT }, (_, index) => ownPath(`many-${String(index)}`));
    const cgroups: Cgroup[] = [];
    const millisecondsOf = async (body: (index: number) => unknown): Promise<number[]> => {
      const parts: number[] = [];
      for (let from = 0; from < COUNT; from += PART) {
        const begun = process.hrtime.bigint();
        for (let index = from; index < from + PART; index++) await body(index);
        parts.push(Number(process.hrtime.bigint() - begun) / 1e6 / PART);
      }
      return parts;
    };
    try {
      const costs = {
        create: await millisecondsOf((index) => cgroups.push(createCgroup(paths[index] ?? ''))),
        stats: await millisecondsOf((index) => cgroups[index]?.stats()),
        remove: await millisecondsOf((index) => cgroups[index]?.remove()),
      };
      for (const [what, parts] of Object.entries(costs)) {
        console.log(`      ${what}: ${parts.map((part) => part.toFixed(2)).join(', ')} ms each, by hundreds`);
        // The first hundred warm up; a machine that is busy elsewhere costs some.
        const [, second = 0, ...later] = parts;
        expect(Math.min(...later), what).to.be.lessThan(2 * second + 1);
      }
    } finally {
      for (const cgroup of cgroups) await cgroup.remove();
    }
  });
});
