import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planScheduler, type Scheduler } from '../src/index.js';
import { callsOf, issuesOf } from './issues.js';

/** What struct sched_attr then holds. */
function attrOf(scheduler: Scheduler): Record<string, number | bigint> {
  const [call = []] = callsOf(planScheduler(scheduler, 0));
  const view = new DataView((call[2] as Uint8Array).buffer);
  return {
    size: view.getUint32(0, true),
    policy: view.getUint32(4, true),
    flags: view.getBigUint64(8, true),
    nice: view.getInt32(16, true),
    priority: view.getUint32(20, true),
    runtime: view.getBigUint64(24, true),
    deadline: view.getBigUint64(32, true),
    period: view.getBigUint64(40, true),
  };
}

const nothing = { size: 56, policy: 0, flags: 0n, nice: 0, priority: 0, runtime: 0n, deadline: 0n, period: 0n };

describe('planScheduler', () => {
  it('fills in struct sched_attr', () => {
    expect(attrOf({ policy: 'SCHED_OTHER', nice: -20 })).to.deep.equal({ ...nothing, nice: -20 });
    expect(attrOf({ policy: 'SCHED_RR', priority: 99, flags: ['SCHED_FLAG_RESET_ON_FORK', 'SCHED_FLAG_UTIL_CLAMP_MAX'] })).to.deep.equal({
      ...nothing,
      policy: 2,
      priority: 99,
      flags: 0x41n,
    });
    expect(
      attrOf({ policy: 'SCHED_DEADLINE', runtime: 10, deadline: 2n ** 40n, period: 2 ** 41, flags: ['SCHED_FLAG_RECLAIM'] }),
    ).to.deep.equal({
      ...nothing,
      policy: 6,
      flags: 2n,
      runtime: 10n,
      deadline: 2n ** 40n,
      period: 2n ** 41n,
    });
    const numbers = ['OTHER', 'FIFO', 'RR', 'BATCH', 'ISO', 'IDLE'].map(
      (name) => attrOf({ policy: `SCHED_${name}`, priority: /FIFO|RR/.test(name) ? 1 : 0 })['policy'],
    );
    expect(numbers).to.deep.equal([0, 1, 2, 3, 4, 5]);
  });

  const refused: [scheduler: Scheduler, issues: string[]][] = [
    [{ policy: 'constructor', flags: ['RESET'] }, ['/s/policy: "constructor" is no policy', '/s/flags/0: "RESET" is no flag']],
    [{ policy: 'SCHED_BATCH', nice: 20 }, ['/s/nice: 20 is no nice value']],
    [{ policy: 'SCHED_OTHER', priority: 1 }, ['/s/priority: SCHED_OTHER has no priority: only SCHED_FIFO and SCHED_RR have']],
    [{ policy: 'SCHED_FIFO' }, ['/s/priority: 0 is no priority of SCHED_FIFO']],
    [{ policy: 'SCHED_FIFO', priority: 100 }, ['/s/priority: 100 is no priority of SCHED_FIFO']],
    [{ policy: 'SCHED_IDLE', runtime: 1 }, ['/s/runtime: SCHED_IDLE has no runtime: only SCHED_DEADLINE has']],
    [{ policy: 'SCHED_DEADLINE', runtime: 2, deadline: 1 }, ['/s: the deadline parameters contradict each other']],
    [{ policy: 'SCHED_DEADLINE', runtime: 1, deadline: 3, period: 2 }, ['/s: the deadline parameters contradict each other']],
    [{ policy: 'SCHED_DEADLINE' }, ['/s: the deadline parameters contradict each other']],
    [
      { policy: 'SCHED_DEADLINE', runtime: -1, deadline: 2n ** 63n },
      ['/s/runtime: -1 is no runtime', '/s/deadline: 9223372036854775808 is no deadline'],
    ],
  ];
  for (const [scheduler, issues] of refused) {
    it(`refuses: ${issues.join(', ')}`, () => {
      expect(issuesOf(() => planScheduler(scheduler, 0, '/s'))).to.deep.equal(issues);
    });
  }
});
