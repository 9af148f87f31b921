import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planResources } from '../../src/index.js';
import { hybrid, issuesOf, linesOf, v1, v2 } from './plan.js';

describe('unified', () => {
  it('writes to files of controllers, one line at a time', () => {
    expect(
      linesOf({ unified: { 'memory.high': '1000', 'io.max': '8:0 rbps=1\n8:16 wbps=2\n', 'cgroup.max.depth': '2', 'pids.max': '' } }, v2),
    ).to.deep.equal(['memory.high = 1000', 'io.max = 8:0 rbps=1', 'io.max = 8:16 wbps=2', 'cgroup.max.depth = 2']);
    expect(planResources({ unified: { 'hugetlb.2MB.rsvd.max': '0' } }, v2).writes).to.deep.equal([
      {
        controller: 'hugetlb',
        version: 2,
        file: 'hugetlb.2MB.rsvd.max',
        value: '0',
        pointer: '/linux/resources/unified/hugetlb.2MB.rsvd.max',
      },
    ]);
  });

  it('has the last word', () => {
    expect(linesOf({ unified: { 'memory.max': '5' }, memory: { limit: 4 }, pids: { limit: 3 } }, v2).at(-1)).to.equal('memory.max = 5');
  });

  it('names files of the cgroup and no others', () => {
    const names = [
      '../memory.max',
      'a/memory.max',
      '/etc/passwd',
      '.',
      '..',
      '',
      'memory',
      'memory.',
      '.max',
      'memory.max\0',
      'memory.max\n',
      'memory..max',
    ];
    for (const name of names) expect(issuesOf({ unified: { [name]: '1' } }, v2), JSON.stringify(name)).to.have.length(1);
    expect(issuesOf({ unified: { 'a/b~.max': '1' } }, v2)).to.deep.equal([
      '/linux/resources/unified/a~1b~0.max: "a/b~.max" is no file of a controller',
    ]);
  });

  it('never moves, stops or kills a process, nor changes the tree', () => {
    const names = ['cgroup.procs', 'cgroup.threads', 'cgroup.kill', 'cgroup.freeze', 'cgroup.type', 'cgroup.subtree_control'];
    for (const name of names) {
      expect(issuesOf({ unified: { [name]: '1' } }, v2)).to.deep.equal([`/linux/resources/unified/${name}: ${name} is no limit`]);
    }
  });

  it('needs the controller to be on v2', () => {
    expect(issuesOf({ unified: { 'dmem.max': '1' } }, v2)).to.deep.equal([
      '/linux/resources/unified/dmem.max: the dmem controller is not on cgroup v2 here',
    ]);
    expect(issuesOf({ unified: { 'memory.max': '1' } }, hybrid)).to.deep.equal([
      '/linux/resources/unified/memory.max: the memory controller is not on cgroup v2 here',
    ]);
    expect(issuesOf({ unified: { 'memory.max': '1', 'cgroup.max.depth': '1' } }, v1)).to.deep.equal([
      '/linux/resources/unified/memory.max: there is no cgroup v2 on this machine to write memory.max to',
      '/linux/resources/unified/cgroup.max.depth: there is no cgroup v2 on this machine to write cgroup.max.depth to',
    ]);
    expect(linesOf({ unified: {} }, v1)).to.deep.equal([]);
  });
});
