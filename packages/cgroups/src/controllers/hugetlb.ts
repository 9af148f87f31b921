import type { Integer, Section } from './section.js';

/** One of `linux.resources.hugepageLimits`. */
export interface LinuxHugepageLimit {
  /** As the kernel's files are called: `64KB`, `2MB`, `1GB`. */
  readonly pageSize: string;
  /** Bytes. */
  readonly limit: Integer;
}

/**
 * Both what is in use is limited and what is reserved: a process that is denied the use of pages it has reserved gets SIGBUS,
 * one that is denied the reservation an error that it can handle. Kernels before 5.7 have the first limit only.
 */
export function planHugepages(limits: readonly LinuxHugepageLimit[], section: Section): void {
  const suffix = section.version === 1 ? 'limit_in_bytes' : 'max';
  for (const [i, { pageSize, limit }] of limits.entries()) {
    const bytes = section.integer(`${String(i)}/limit`, limit, { min: 0n });
    // It becomes a part of a file's name.
    if (!/^[1-9][0-9]*[KMG]B$/.test(pageSize)) {
      section.issue(`${String(i)}/pageSize`, `${JSON.stringify(pageSize)} is no size of pages`, 'a size such as 64KB, 2MB or 1GB');
    } else if (bytes !== undefined) {
      section.write(String(i), `hugetlb.${pageSize}.${suffix}`, bytes);
      section.write(String(i), `hugetlb.${pageSize}.rsvd.${suffix}`, bytes, { unless: ['ENOENT'] });
    }
  }
}
