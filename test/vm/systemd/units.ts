import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCgroupLayout } from '@standpipe/cgroups';
import { findProgram, run } from '@standpipe/test-support';
import { expect } from 'chai';

/** Of cgroups, as systemd has them. */
export const version: 1 | 2 = readCgroupLayout().hierarchies.some((hierarchy) => hierarchy.version === 1) ? 1 : 2;

/** Runs `systemctl`. */
export async function systemctl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(findProgram('systemctl') ?? 'systemctl', args);
  expect(code, stderr).to.equal(0);
  return stdout.trim();
}

/** A unit's properties. Of a unit that isn't there systemd shows what it would have. */
export async function show(unit: string): Promise<Readonly<Record<string, string>>> {
  const properties: Record<string, string> = {};
  for (const line of (await systemctl('show', unit)).split('\n')) {
    const [name = '', value = ''] = line.split(/=(.*)/s);
    properties[name] = name in properties ? `${properties[name] ?? ''}; ${value}` : value;
  }
  return properties;
}

/** `loaded`, or `not-found`. */
export async function loadState(unit: string): Promise<string> {
  return systemctl('show', '--value', '--property', 'LoadState', unit);
}

/** The directories of that name in all hierarchies. */
export function cgroupsNamed(name: string, at = '/sys/fs/cgroup'): string[] {
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    const path = join(at, entry.name);
    return [...(entry.name === name ? [path] : []), ...cgroupsNamed(name, path)];
  });
}
