import { expect } from 'chai';
import { describe, it } from 'mocha';
import { issuesOf, linesOf, v1, v2 } from './plan.js';

const hugepageLimits = [
  { pageSize: '2MB', limit: 4_194_304 },
  { pageSize: '1GB', limit: 0 },
];

describe('hugepageLimits', () => {
  it('limit use, and reservations where the kernel counts them, on v1', () => {
    expect(linesOf({ hugepageLimits }, v1)).to.deep.equal([
      'hugetlb.2MB.limit_in_bytes = 4194304',
      'hugetlb.2MB.rsvd.limit_in_bytes = 4194304; unless ENOENT',
      'hugetlb.1GB.limit_in_bytes = 0',
      'hugetlb.1GB.rsvd.limit_in_bytes = 0; unless ENOENT',
    ]);
  });

  it('limit use, and reservations where the kernel counts them, on v2', () => {
    expect(linesOf({ hugepageLimits }, v2)).to.deep.equal([
      'hugetlb.2MB.max = 4194304',
      'hugetlb.2MB.rsvd.max = 4194304; unless ENOENT',
      'hugetlb.1GB.max = 0',
      'hugetlb.1GB.rsvd.max = 0; unless ENOENT',
    ]);
  });

  it('never name another file', () => {
    const sizes = ['2mb', '', '0MB', '2MB.rsvd', '../../cpu/x', '2MB\0', '2MB\n', '2 MB'];
    expect(issuesOf({ hugepageLimits: sizes.map((pageSize) => ({ pageSize, limit: 1 })) }, v2)).to.deep.equal(
      sizes.map((size, i) => `/linux/resources/hugepageLimits/${String(i)}/pageSize: ${JSON.stringify(size)} is no size of pages`),
    );
  });

  it('are numbers of bytes', () => {
    expect(issuesOf({ hugepageLimits: [{ pageSize: '2MB', limit: -1 }] }, v1)).to.deep.equal([
      '/linux/resources/hugepageLimits/0/limit: -1 is out of range',
    ]);
  });
});
