import type { SpecIssue } from '@standpipe/errors';

/** A range of ids of the container and the range of the host that it stands for; as in runtime-spec. */
export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** Lines that uid_map takes. @kernel 4.15 (5 before) */
export const MAX_ID_MAPPINGS = 340;

const MAX_ID = 0xffff_fffe; // (uid_t)-1 means "no id"

/**
 * Finds what the kernel would refuse in a map: no lines, too many, empty ranges, ids that don't
 * exist, ranges that overlap on either side. It would say EINVAL to each of them.
 *
 * @man user_namespaces(7)
 */
export function checkIdMap(mappings: readonly IdMapping[], pointer: string): SpecIssue[] {
  const issues: SpecIssue[] = [];
  if (mappings.length === 0) issues.push({ pointer, message: 'a new user namespace needs at least one mapping' });
  if (mappings.length > MAX_ID_MAPPINGS) {
    issues.push({
      pointer,
      message: `${String(mappings.length)} mappings are more than the kernel takes`,
      expected: `at most ${String(MAX_ID_MAPPINGS)}`,
    });
  }
  for (const [i, { containerID, hostID, size }] of mappings.entries()) {
    const at = `${pointer}/${String(i)}`;
    for (const [field, value] of Object.entries({ containerID, hostID })) {
      if (!Number.isInteger(value) || value < 0 || value > MAX_ID) {
        issues.push({
          pointer: `${at}/${field}`,
          message: `${String(value)} is no id`,
          expected: `an integer from 0 to ${String(MAX_ID)}`,
        });
      }
    }
    if (!Number.isInteger(size) || size < 1)
      issues.push({ pointer: `${at}/size`, message: `a range of ${String(size)} ids is none`, expected: 'an integer, at least 1' });
    if (containerID + size - 1 > MAX_ID || hostID + size - 1 > MAX_ID)
      issues.push({ pointer: at, message: 'the range ends behind the last id' });
  }
  for (const side of ['containerID', 'hostID'] as const) {
    const sorted = [...mappings.entries()].sort(([, a], [, b]) => a[side] - b[side]);
    for (const [k, [i, mapping]] of sorted.entries()) {
      const before = sorted[k - 1];
      if (before !== undefined && before[1][side] + before[1].size > mapping[side]) {
        issues.push({
          pointer: `${pointer}/${String(i)}`,
          message: `the range overlaps that of ${pointer}/${String(before[0])} in ${side}`,
        });
      }
    }
  }
  return issues;
}

/** A map as /proc/PID/uid_map takes it. */
export function formatIdMap(mappings: readonly IdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${String(containerID)} ${String(hostID)} ${String(size)}\n`).join('');
}

/** Parses /proc/PID/uid_map. */
export function parseIdMap(text: string): IdMapping[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [containerID = 0, hostID = 0, size = 0] = line.trim().split(/\s+/).map(Number);
      return { containerID, hostID, size };
    });
}

/** True when a container id has one on the host. */
export function isMapped(mappings: readonly IdMapping[], containerId: number): boolean {
  return mappings.some(({ containerID, size }) => containerId >= containerID && containerId < containerID + size);
}

/** The host's id for a container's, or undefined when it has none. */
export function hostIdOf(mappings: readonly IdMapping[], containerId: number): number | undefined {
  const mapping = mappings.find(({ containerID, size }) => containerId >= containerID && containerId < containerID + size);
  return mapping === undefined ? undefined : mapping.hostID + (containerId - mapping.containerID);
}
