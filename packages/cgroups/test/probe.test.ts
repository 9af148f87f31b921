import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Probe } from '@standpipe/program';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { probeCgroups } from '../src/index.js';

const outcomes = (probes: readonly Probe[]): Readonly<Record<string, string>> =>
  Object.fromEntries(probes.map(({ what, outcome }) => [what, outcome]));

describe('probeCgroups', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'standpipe-cgroups-'));
    mkdirSync(join(root, 'memory/one'), { recursive: true });
    mkdirSync(join(root, 'unified/own'), { recursive: true });
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  /** A machine with these hierarchies mounted below the root. */
  const probed = ({ v1 = [], v2 }: { v1?: readonly string[]; v2?: string }, uid = 0): Probe[] =>
    probeCgroups({
      uid,
      mountinfo: [
        ...v1.map((name, i) => `${String(30 + i)} 1 0:${String(30 + i)} / ${root}/${name} rw - cgroup cgroup rw,${name}`),
        ...(v2 === undefined ? [] : [`50 1 0:50 / ${root}/unified rw - cgroup2 cgroup2 rw`]),
      ].join('\n'),
      selfCgroup: [...v1.map((name, i) => `${String(i + 1)}:${name}:/`), '0::/own'].join('\n'),
      read: () => v2,
    });

  it('says which hierarchy limits what', () => {
    const found = outcomes(probed({ v1: ['memory', 'pids'] }));
    expect(found).to.include({
      'v1 alone, 2 hierarchies': 'yes',
      'limits of memory, on v1': 'yes',
      'limits of processes, on v1': 'yes',
      'limits of CPU time': 'no',
      'all processes of a cgroup killed at once (cgroup.kill)': 'no',
    });
    expect(outcomes(probed({ v2: 'cpu io memory' }))).to.include({
      [`v2 alone, at ${root}/unified`]: 'yes',
      'limits of CPU time, on v2': 'yes',
      'limits of block io, on v2': 'yes',
      'limits of processes': 'no',
    });
  });

  it('sees by a cgroup whether swap is counted, and cgroups can be killed', () => {
    expect(outcomes(probed({ v1: ['memory'] }))['limits of swap']).to.equal('no');
    writeFileSync(join(root, 'memory/one/memory.memsw.limit_in_bytes'), '');
    expect(outcomes(probed({ v1: ['memory'] }))['limits of swap']).to.equal('yes');
    const kill = 'all processes of a cgroup killed at once (cgroup.kill)';
    expect(outcomes(probed({ v2: 'memory' }))[kill]).to.equal('no');
    writeFileSync(join(root, 'unified/own/cgroup.kill'), '');
    expect(outcomes(probed({ v2: 'memory' }))[kill]).to.equal('yes');
  });

  it('tells an ordinary user whether his cgroup is his', () => {
    const what = 'cgroups for containers of this user';
    expect(outcomes(probed({ v2: 'memory' }, 1000))[what]).to.equal('no');
    for (const file of ['cgroup.procs', 'cgroup.subtree_control']) writeFileSync(join(root, 'unified/own', file), '');
    expect(outcomes(probed({ v2: 'memory' }, 1000))[what]).to.equal('yes');
    expect(outcomes(probed({ v1: ['memory'], v2: '' }, 1000))[what]).to.equal('no');
    expect(outcomes(probed({ v2: 'memory' }))).not.to.have.property(what);
  });

  it('tells what to do where there are none', () => {
    expect(probed({})).to.have.lengthOf(1);
    expect(probed({})[0]?.fix).to.match(/^mount -t cgroup2/);
  });
});
