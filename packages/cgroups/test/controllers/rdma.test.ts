import { expect } from 'chai';
import { describe, it } from 'mocha';
import { issuesOf, linesOf, v1, v2 } from './plan.js';

describe('rdma', () => {
  for (const [version, layout] of Object.entries({ v1, v2 })) {
    it(`limits devices, each to what is told of it, on ${version}`, () => {
      const rdma = { mlx5_0: { hcaHandles: 3, hcaObjects: 10_000 }, rxe0: { hcaObjects: 0 }, rxe1: { hcaHandles: 2 ** 32 - 1 }, rxe2: {} };
      expect(linesOf({ rdma }, layout)).to.deep.equal([
        'rdma.max = mlx5_0 hca_handle=3 hca_object=10000',
        'rdma.max = rxe0 hca_object=0',
        'rdma.max = rxe1 hca_handle=max',
      ]);
    });
  }

  it('refuses what is no device and no number', () => {
    expect(issuesOf({ rdma: { 'a b': { hcaHandles: 1 }, 'x\ny': { hcaHandles: 1 }, 'a/b~': { hcaObjects: 2 ** 32 } } }, v2)).to.deep.equal([
      '/linux/resources/rdma/a b: "a b" is no name of a device',
      '/linux/resources/rdma/x\ny: "x\\ny" is no name of a device',
      '/linux/resources/rdma/a~1b~0/hcaObjects: 4294967296 is out of range',
    ]);
  });
});
