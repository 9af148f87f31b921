// Run where the hugetlb hierarchy is mounted: compares limits of huge pages with runc's.
import { findProgram } from '@standpipe/test-support';
import { compareWithRunc } from './cgroup-tree.js';

await compareWithRunc(findProgram('runc') ?? 'runc', {
  resources: {
    hugepageLimits: [
      { pageSize: '2MB', limit: 4 * 2 ** 20 },
      { pageSize: '1GB', limit: 0 },
    ],
  },
  sets: ['hugetlb.2MB.limit_in_bytes', 'hugetlb.2MB.rsvd.limit_in_bytes', 'hugetlb.1GB.limit_in_bytes'],
  differs: {
    'hugetlb.2MB.rsvd.limit_in_bytes': {
      theirs: '9223372036854771712',
      ours: String(4 * 2 ** 20),
      why: 'runc limits reservations since 1.1.10',
    },
    'hugetlb.1GB.rsvd.limit_in_bytes': { theirs: '9223372036854771712', ours: '0', why: 'runc limits reservations since 1.1.10' },
  },
});
