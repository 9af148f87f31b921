import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type MemoryPolicy, planMemoryPolicy } from '../src/index.js';
import { callsOf, issuesOf } from './issues.js';

describe('planMemoryPolicy', () => {
  const calls: [policy: MemoryPolicy, mode: number, mask: number[] | null, maxnode: number][] = [
    [{ mode: 'MPOL_DEFAULT' }, 0, null, 0],
    [{ mode: 'MPOL_PREFERRED' }, 1, null, 0],
    [{ mode: 'MPOL_PREFERRED', nodes: '1' }, 1, [2, 0, 0, 0, 0, 0, 0, 0], 65],
    [{ mode: 'MPOL_BIND', nodes: '0-1', flags: ['MPOL_F_STATIC_NODES'] }, 0x8002, [3, 0, 0, 0, 0, 0, 0, 0], 65],
    [{ mode: 'MPOL_INTERLEAVE', nodes: '0', flags: ['MPOL_F_RELATIVE_NODES'] }, 0x4003, [1, 0, 0, 0, 0, 0, 0, 0], 65],
    [{ mode: 'MPOL_LOCAL', nodes: '' }, 4, null, 0],
    [{ mode: 'MPOL_PREFERRED_MANY', nodes: '0' }, 5, [1, 0, 0, 0, 0, 0, 0, 0], 65],
    [{ mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_NUMA_BALANCING'] }, 0x2002, [1, 0, 0, 0, 0, 0, 0, 0], 65],
    [{ mode: 'MPOL_WEIGHTED_INTERLEAVE', nodes: '0' }, 6, [1, 0, 0, 0, 0, 0, 0, 0], 65],
  ];
  for (const [policy, mode, mask, maxnode] of calls) {
    it(`plans ${JSON.stringify(policy)}`, () => {
      expect(callsOf(planMemoryPolicy(policy))).to.deep.equal([
        ['set_mempolicy', mode, mask === null ? null : Uint8Array.from(mask), maxnode],
      ]);
    });
  }

  it('refuses what is unknown or does not go together', () => {
    expect(issuesOf(() => planMemoryPolicy({ mode: 'BIND', flags: ['MPOL_F_STATIC_NODES', 'STATIC'] }, '/m'))).to.deep.equal([
      '/m/mode: "BIND" is no mode',
      '/m/flags/1: "STATIC" is no flag',
    ]);
    expect(issuesOf(() => planMemoryPolicy({ mode: 'MPOL_BIND' }))).to.deep.equal(['/linux/memoryPolicy/nodes: MPOL_BIND needs nodes']);
    expect(issuesOf(() => planMemoryPolicy({ mode: 'MPOL_BIND', nodes: 'x' }))).to.deep.equal([
      '/linux/memoryPolicy/nodes: "x" is no list of nodes',
    ]);
    expect(issuesOf(() => planMemoryPolicy({ mode: 'MPOL_LOCAL', nodes: '0' }))).to.deep.equal([
      '/linux/memoryPolicy/nodes: MPOL_LOCAL takes no nodes',
    ]);
  });
});
