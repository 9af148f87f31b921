import type { CgroupStats } from './stats.js';

/** What is there even when it is zero; everything else is left out then, as runc leaves it out. */
const alwaysThere: readonly RegExp[] = [
  /^\/cpu(\/usage(\/kernel|\/user)?|\/throttling)?$/,
  /^\/cpuset(\/(?!cpus$|mems$)\w+)?$/,
  /^\/memory(\/(usage|swap|kernel|kernelTCP)(\/limit|\/failcnt)?)?$/,
  /^\/memory\/raw\//,
  /^\/\w+\/psi(\/|$)/,
  /^\/(pids|blkio|hugetlb|intel_rdt|network_interfaces)$/,
  /^\/hugetlb\/\w+(\/failcnt)?$/,
];

/**
 * A line as `runc events --stats` prints it, without the line break; integers are exact. What has no counterpart here is what runc gives for
 * nothing: `intel_rdt` is empty, and `network_interfaces` null.
 */
export function formatStatsEvent(id: string, stats: CgroupStats): string {
  const data = format({ ...stats, intel_rdt: {}, network_interfaces: null }, '');
  return `{"type":"stats","id":${JSON.stringify(id)},"data":${data}}`;
}

function format(value: unknown, at: string): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map((one) => format(one, `${at}/-`)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([name, field]) => !isEmpty(field) || alwaysThere.some((pattern) => pattern.test(`${at}/${name}`)))
    .map(([name, field]) => `${JSON.stringify(name)}:${format(field, `${at}/${name}`)}`);
  return `{${fields.join(',')}}`;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) === 0;
  return typeof value === 'object' && Object.values(value).every((one) => Array.isArray(one) && one.length === 0);
}
