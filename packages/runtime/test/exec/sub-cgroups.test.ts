import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseSubCgroups } from '../../src/exec/index.js';

describe('parseSubCgroups', () => {
  it('takes one path for all, or paths by controller', () => {
    expect([...parseSubCgroups([])]).to.deep.equal([]);
    expect([...parseSubCgroups(['sub'])]).to.deep.equal([['', 'sub']]);
    expect([...parseSubCgroups(['cpu,memory:a/b', 'pids:/c'])]).to.deep.equal([
      ['cpu', 'a/b'],
      ['memory', 'a/b'],
      ['pids', '/c'],
    ]);
  });

  for (const [given, why] of [
    [['a', 'b'], 'missing <controller>: prefix'],
    [['cpu:a', 'b'], 'missing <controller>: prefix'],
    [[':a'], 'empty <controller> prefix'],
    [['cpu,:a'], 'empty <controller> prefix'],
    [['cpu:a', 'cpu:b'], 'controller cpu specified multiple times'],
  ] as const)
    it(`refuses ${given.join(' ')}`, () => {
      expect(() => parseSubCgroups(given))
        .to.throw(`(${why})`)
        .with.property('code', 'CGROUP_PATH_INVALID');
    });
});
