import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type LinuxResources, planResources } from '../../src/index.js';
import { issuesOf, linesOf, v1, v2 } from './plan.js';

type Memory = NonNullable<LinuxResources['memory']>;

const of = (memory: Memory, layout = v1): string[] => linesOf({ memory }, layout);
const wrong = (memory: Memory, layout = v1): string[] => issuesOf({ memory }, layout);

describe('memory on v1', () => {
  it('limits what it is told to', () => {
    expect(of({ limit: 1_048_576 })).to.deep.equal(['memory.limit_in_bytes = 1048576']);
    expect(of({ reservation: 4096, kernelTCP: 8192, swappiness: 0 })).to.deep.equal([
      'memory.soft_limit_in_bytes = 4096',
      'memory.kmem.tcp.limit_in_bytes = 8192',
      'memory.swappiness = 0',
    ]);
    expect(of({ swap: 1_048_576 })).to.deep.equal(['memory.memsw.limit_in_bytes = 1048576']);
  });

  it('keeps numbers that no double holds', () => {
    expect(of({ limit: 2n ** 63n - 1n })).to.deep.equal(['memory.limit_in_bytes = 9223372036854775807']);
  });

  it('tries the limit before and behind the one of memory and swap, so that both can be raised and lowered', () => {
    expect(of({ limit: 1_000_000, swap: 2_000_000 })).to.deep.equal([
      'memory.limit_in_bytes = 1000000; unless EINVAL',
      'memory.memsw.limit_in_bytes = 2000000',
      'memory.limit_in_bytes = 1000000',
    ]);
  });

  it('lifts limits, that of memory and swap first', () => {
    const lifted = ['memory.memsw.limit_in_bytes = -1; unless ENOENT', 'memory.limit_in_bytes = -1'];
    expect(of({ limit: -1 })).to.deep.equal(lifted);
    expect(of({ limit: -1, swap: -1 })).to.deep.equal(lifted);
    expect(of({ limit: 4096, swap: -1 })).to.deep.equal([lifted[0], 'memory.limit_in_bytes = 4096']);
    expect(of({ swap: -1, reservation: -1 })).to.deep.equal([lifted[0], 'memory.soft_limit_in_bytes = -1']);
  });

  it('sets what is on or off', () => {
    expect(of({ disableOOMKiller: true, useHierarchy: true })).to.deep.equal(['memory.use_hierarchy = 1', 'memory.oom_control = 1']);
    expect(of({ disableOOMKiller: false, useHierarchy: false })).to.deep.equal(['memory.use_hierarchy = 0', 'memory.oom_control = 0']);
  });

  it('needs no check before the update: this kernel refuses by itself', () => {
    expect(of({ limit: 4096, checkBeforeUpdate: true })).to.deep.equal(['memory.limit_in_bytes = 4096']);
  });

  it('refuses limits that contradict each other', () => {
    expect(wrong({ limit: 8192, swap: 4096 })).to.deep.equal([
      '/linux/resources/memory/swap: memory and swap together are limited to less than memory alone',
    ]);
    expect(wrong({ limit: -1, swap: 4096 })).to.deep.equal([
      '/linux/resources/memory/swap: memory and swap together are limited, and memory alone is not',
    ]);
  });
});

describe('memory on v2', () => {
  it('limits what it is told to', () => {
    expect(of({ limit: 1_048_576, reservation: 4096 }, v2)).to.deep.equal(['memory.max = 1048576', 'memory.low = 4096']);
  });

  it('limits swap alone: what memory and swap together may be more than memory', () => {
    expect(of({ limit: 1_000_000, swap: 3_000_000 }, v2)).to.deep.equal(['memory.swap.max = 2000000', 'memory.max = 1000000']);
    expect(of({ limit: 4096, swap: 4096 }, v2)).to.deep.equal(['memory.swap.max = 0; unless ENOENT', 'memory.max = 4096']);
    expect(of({ limit: -1, swap: 4096 }, v2)).to.deep.equal(['memory.swap.max = 4096', 'memory.max = max']);
  });

  it('lifts limits, and that of swap with that of memory', () => {
    const lifted = ['memory.swap.max = max; unless ENOENT', 'memory.max = max'];
    expect(of({ limit: -1 }, v2)).to.deep.equal(lifted);
    expect(of({ limit: -1, swap: -1 }, v2)).to.deep.equal(lifted);
    expect(of({ limit: 4096, swap: -1 }, v2)).to.deep.equal([lifted[0], 'memory.max = 4096']);
    expect(of({ swap: -1, reservation: -1 }, v2)).to.deep.equal([lifted[0], 'memory.low = max']);
  });

  it('checks the use before where that is asked for, and only then', () => {
    expect(of({ limit: 4096, swap: 8192, checkBeforeUpdate: true }, v2)).to.deep.equal([
      'memory.swap.max = 4096',
      'memory.max = 4096; not when memory.current >= 4096',
    ]);
    expect(of({ limit: -1, swap: 8192, checkBeforeUpdate: true }, v2)).to.deep.equal([
      'memory.swap.max = 8192; not when memory.current >= 8192',
      'memory.max = max',
    ]);
    expect(of({ limit: -1, checkBeforeUpdate: true }, v2).join()).not.to.include('not when');
    expect(of({ limit: 4096, checkBeforeUpdate: false }, v2)).to.deep.equal(['memory.max = 4096']);
  });

  it('refuses swap that it can not work out', () => {
    expect(wrong({ swap: 4096 }, v2)).to.have.length(1);
    expect(wrong({ swap: 4096, limit: 0 }, v2)).to.deep.equal([
      "/linux/resources/memory/swap: how much of memory and swap together is swap can't be told without the limit of memory",
    ]);
    expect(wrong({ limit: 8192, swap: 4096 }, v2)).to.have.length(1);
  });

  it('refuses what v2 has no counterpart for, and takes what it does anyway', () => {
    expect(wrong({ kernelTCP: 4096, swappiness: 60, disableOOMKiller: true, useHierarchy: false }, v2)).to.have.members([
      '/linux/resources/memory/kernelTCP: cgroup v2 has no limit of TCP buffers alone',
      "/linux/resources/memory/swappiness: cgroup v2 has no swappiness of a cgroup's own",
      '/linux/resources/memory/disableOOMKiller: cgroup v2 has no way to disable the OOM killer',
      '/linux/resources/memory/useHierarchy: cgroup v2 always counts children',
    ]);
    expect(of({ kernelTCP: 0, disableOOMKiller: false, useHierarchy: true }, v2)).to.deep.equal([]);
  });
});

describe('memory', () => {
  for (const [version, layout] of Object.entries({ v1, v2 })) {
    it(`takes 0 bytes for none asked for, on ${version}`, () => {
      expect(of({ limit: 0, swap: 0n, reservation: 0, kernel: 0, kernelTCP: 0n }, layout)).to.deep.equal([]);
    });

    it(`warns of a limit of kernel memory, on ${version}`, () => {
      const { writes, warnings } = planResources({ memory: { kernel: 4096 } }, layout);
      expect(writes).to.deep.equal([]);
      expect(warnings.map(({ pointer }) => pointer)).to.deep.equal(['/linux/resources/memory/kernel']);
    });

    it(`refuses what is no number of bytes, on ${version}`, () => {
      expect(wrong({ limit: -2, swap: 0.5, reservation: 2n ** 63n }, layout)).to.deep.equal([
        '/linux/resources/memory/limit: -2 is out of range',
        '/linux/resources/memory/swap: 0.5 is no whole number',
        '/linux/resources/memory/reservation: 9223372036854775808 is out of range',
      ]);
    });
  }

  it('refuses swappiness beyond 100', () => {
    expect(wrong({ swappiness: 101 })).to.deep.equal(['/linux/resources/memory/swappiness: 101 is out of range']);
  });
});
