import { type Buf, reg } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planRaiseRlimits, planRlimits, type Rlimit, RLIM_INFINITY, rlimitNames } from '../src/index.js';
import { callsOf, issuesOf } from './issues.js';

function wordsOf(rlimit: Omit<Rlimit, 'type'>): bigint[] {
  const [call = []] = callsOf(planRlimits([{ type: 'RLIMIT_AS', ...rlimit }]));
  const bytes = (call[3] as Buf).bytes ?? new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  return [view.getBigUint64(0, true), view.getBigUint64(8, true)];
}

describe('planRlimits', () => {
  it('knows every resource by its number', () => {
    const calls = callsOf(planRlimits(rlimitNames.map((type) => ({ type, soft: 1, hard: 2 }))));
    expect(calls.map(([name, pid, resource]) => [name, pid, resource])).to.deep.equal(rlimitNames.map((_, i) => ['prlimit64', 0, i]));
    // From asm-generic/resource.h.
    expect([rlimitNames[0], rlimitNames[7], rlimitNames[8], rlimitNames[15]]).to.deep.equal([
      'RLIMIT_CPU',
      'RLIMIT_NOFILE',
      'RLIMIT_MEMLOCK',
      'RLIMIT_RTTIME',
    ]);
  });

  it('takes 64 bits, as a number or a bigint', () => {
    expect(wordsOf({ soft: 5, hard: 2 ** 40 })).to.deep.equal([5n, 2n ** 40n]);
    expect(wordsOf({ soft: 2n ** 63n + 1n, hard: RLIM_INFINITY })).to.deep.equal([2n ** 63n + 1n, RLIM_INFINITY]);
    expect(wordsOf({ soft: 0, hard: JSON.parse('18446744073709551615') as number })).to.deep.equal([0n, RLIM_INFINITY]);
  });

  it('gathers what is wrong', () => {
    const rlimits = [
      { type: 'RLIMIT_NOFILE', soft: 1, hard: 2 },
      { type: 'NOFILE', soft: 1, hard: 1 },
      { type: 'RLIMIT_NOFILE', soft: 3, hard: 2 },
      { type: 'RLIMIT_AS', soft: -1, hard: 1.5 },
      { type: 'RLIMIT_CPU', soft: 0, hard: 2n ** 64n + 1n },
    ];
    const issues = [
      '/process/rlimits/1/type: "NOFILE" is no resource limit',
      '/process/rlimits/2/type: RLIMIT_NOFILE is limited twice',
      '/process/rlimits/2/soft: the soft limit 3 is above the hard one, 2',
      '/process/rlimits/3/soft: -1 is no limit',
      '/process/rlimits/3/hard: 1.5 is no limit',
      '/process/rlimits/4/hard: 18446744073709551617 is no limit',
    ];
    expect(issuesOf(() => planRlimits(rlimits))).to.deep.equal(issues);
    expect(issuesOf(() => planRaiseRlimits(rlimits, reg('pid')))).to.deep.equal(issues);
  });

  it('says what raising takes', () => {
    const [op] = planRlimits([{ type: 'RLIMIT_CORE', soft: 0, hard: RLIM_INFINITY }], '/r');
    expect(op).to.deep.include({
      say: 'set RLIMIT_CORE to 0, at most unlimited (raising the latter takes CAP_SYS_RESOURCE)',
      pointer: '/r/0',
    });
  });
});
