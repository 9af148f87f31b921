import { ACCESS, ANY, type DeviceType, type LinuxDeviceCgroup } from '../../src/devices/rule.js';
import type { DeviceUse } from '../../src/devices/table.js';

/** The same numbers every time for a seed: what fails can be run again. */
export function randomOf(seed: number): <T>(list: readonly T[]) => T {
  let state = seed >>> 0;
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return (bits ^ (bits >>> 14)) >>> 0;
  };
  return (list) => list[next() % list.length] as (typeof list)[number];
}

/** Few numbers, so that rules meet. */
const majors = [1, 5, 10] as const;
const minors = [3, 5, 7] as const;
const types: readonly DeviceType[] = ['c', 'b'];
const accesses = ['r', 'w', 'm', 'rw', 'rm', 'wm', 'rwm', 'rwm', 'rwm'] as const;

/** Some rules, of which about a third can be applied. */
export function randomRules(pick: ReturnType<typeof randomOf>): LinuxDeviceCgroup[] {
  const count = pick([0, 1, 2, 3, 4, 5, 6]);
  return Array.from({ length: count }, (_, index) => {
    const allow = pick([true, true, false]);
    // One in some lists begins with everything.
    if (index === 0 && pick([true, false, false])) return { allow, access: 'rwm' };
    return {
      allow,
      type: pick(['c', 'c', 'b', 'b', 'a']),
      major: pick([...majors, ...majors, ANY]),
      minor: pick([...minors, ...minors, ANY]),
      access: pick(accesses),
    };
  });
}

/** Every use that the kernel can ask about, of every device of those numbers. */
export const allUses: readonly DeviceUse[] = types.flatMap((type) =>
  majors.flatMap((major) =>
    minors.flatMap((minor) =>
      [0, ACCESS.READ, ACCESS.WRITE, ACCESS.READ | ACCESS.WRITE, ACCESS.MKNOD].map((access) => ({ type, major, minor, access })),
    ),
  ),
);
