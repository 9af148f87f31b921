import type { CgroupVersion } from '../layout.js';
import { flag, text, type UnitProperty } from './property.js';

export interface ScopePropertiesInput {
  readonly description: string;
  readonly slice: string;
  readonly pids: readonly number[];
  /** Which version systemd's controllers are on. */
  readonly version: CgroupVersion;
}

/** What every scope has: all of it counted, and what lies in its cgroup left to who asked for it. As of runc and crun. */
export function scopeProperties({ description, slice, pids, version }: ScopePropertiesInput): UnitProperty[] {
  return [
    text('Description', description),
    text('Slice', slice),
    flag('Delegate', true),
    { name: 'PIDs', signature: 'au', value: pids },
    flag('MemoryAccounting', true),
    flag('CPUAccounting', true),
    flag(version === 1 ? 'BlockIOAccounting' : 'IOAccounting', true),
    flag('TasksAccounting', true),
    // It doesn't wait for, and isn't stopped with, what others are at boot and shutdown.
    flag('DefaultDependencies', false),
  ];
}

/** `memory.oom.group`, which no scope that runs can be told. */
export function oomPolicy(group: string | undefined, systemd: number): UnitProperty[] {
  const policy = { '0': 'continue', '1': 'kill' }[group?.trim() ?? ''];
  return policy === undefined || systemd < 253 ? [] : [text('OOMPolicy', policy)];
}
