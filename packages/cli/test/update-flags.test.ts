import { PlumbingError, SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Invocation } from '../src/command.js';
import { commands } from '../src/commands.js';
import { parseCommandLine } from '../src/parse.js';
import { namesLimits, refuseRdt, resourcesOf } from '../src/update-flags.js';

function update(...words: string[]): Invocation {
  const parsed = parseCommandLine(['update', ...words, 'c1']);
  if (parsed.kind !== 'run') throw new Error(parsed.kind);
  return parsed.invocation;
}

describe('the flags of update', () => {
  it('are fields of linux.resources, each', () => {
    const flags = [
      ['--memory', '512M'],
      ['--memory-reservation', '256m'],
      ['--memory-swap', '1G'],
      ['--cpu-share', '512'],
      ['--cpu-period', '50000'],
      ['--cpu-quota', '25000'],
      ['--cpu-burst', '1000'],
      ['--cpu-idle', '1'],
      ['--cpu-rt-period', '1000000'],
      ['--cpu-rt-runtime', '950000'],
      ['--cpuset-cpus', '0-1'],
      ['--cpuset-mems', '0'],
      ['--blkio-weight', '300'],
      ['--pids-limit', '100'],
    ];
    expect(resourcesOf(update(...flags.flat()))).to.deep.equal({
      memory: { limit: 512 * 2 ** 20, reservation: 256 * 2 ** 20, swap: 2 ** 30 },
      cpu: {
        shares: 512,
        period: 50_000,
        quota: 25_000,
        burst: 1000,
        idle: 1,
        realtimePeriod: 1_000_000,
        realtimeRuntime: 950_000,
        cpus: '0-1',
        mems: '0',
      },
      blockIO: { weight: 300 },
      pids: { limit: 100 },
    });
    const known = Object.keys(commands.find(({ name }) => name === 'update')?.options ?? {});
    expect(known.filter((name) => !flags.some(([flag]) => flag === `--${name}`))).to.have.members([
      'resources',
      'l3-cache-schema',
      'mem-bw-schema',
    ]);
  });

  it('leave out what was not said', () => {
    expect(resourcesOf(update())).to.deep.equal({});
    expect(namesLimits(update('-r', '-'))).to.equal(false);
    expect(resourcesOf(update('--memory-swap', '-1'))).to.deep.equal({ memory: { swap: -1 } });
    expect(namesLimits(update('--memory-swap=-1'))).to.equal(true);
  });

  it('are checked against the specification', () => {
    expect(() => resourcesOf(update('--blkio-weight', '70000', '--cpuset-cpus', '3-1')))
      .to.throw(SpecError)
      .with.property('issues')
      .that.satisfies((issues: { pointer: string }[]) => issues.map(({ pointer }) => pointer).join(' ') === '/cpu/cpus /blockIO/weight');
    expect(() => resourcesOf(update('--memory', 'lots')))
      .to.throw(PlumbingError, '--memory takes a number of bytes, such as 512M, not "lots"')
      .with.property('code', 'USAGE');
  });

  it('of Intel RDT are refused', () => {
    expect(() => refuseRdt(update('--l3-cache-schema', 'L3:0=f')))
      .to.throw(PlumbingError, '--l3-cache-schema is not supported')
      .with.property('code', 'NOT_SUPPORTED');
    expect(() => refuseRdt(update('--mem-bw-schema=MB:0=50'))).to.throw(PlumbingError, '--mem-bw-schema');
    refuseRdt(update('--memory', '1G'));
  });
});
