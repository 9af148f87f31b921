import { join, posix } from 'node:path';
import { applyWrites } from '../apply.js';
import { Cgroup } from '../cgroup.js';
import { checkCgroupfs, makeDirectories } from '../create.js';
import { readCgroupLayout } from '../detect.js';
import type { LinuxDeviceCgroup } from '../devices/rule.js';
import { type CgroupDirectory, directoryIn } from '../directory.js';
import type { CgroupLayout, CgroupVersion } from '../layout.js';
import { limitDevices } from '../limit-devices.js';
import { type LinuxResources, planResources } from '../resources.js';
import type { CgroupWrite } from '../write.js';
import { annotatedProperties } from './annotations.js';
import type { BusName } from './bus-address.js';
import { deviceProperties } from './device-properties.js';
import { isUnreachable, Systemd, type SystemdSettings } from './manager.js';
import { limitProperties, roundQuotas } from './properties.js';
import type { UnitProperty, Variant } from './property.js';
import { oomPolicy, scopeProperties } from './scope-properties.js';

/** Enough to find a scope again, from another process. */
export interface ScopeRecord {
  /** `web.scope` */
  readonly unit: string;
  readonly bus: BusName;
  /** What its maker called it: a unit of that name with another description is another's. */
  readonly description: string;
}

export interface CreateScopeSettings extends SystemdSettings {
  /** Of the unit, without `.scope`. */
  readonly name: string;
  /** The processes it begins with: at least one, for a scope ends with the last that is in it. */
  readonly pids: readonly number[];
  /** `system.slice`, or `user.slice` on a user's bus, when left out. */
  readonly slice?: string;
  readonly description?: string;
  /** Limits, as in `linux.resources`. With `devices`, a device that no rule allows is denied. */
  readonly resources?: LinuxResources & { readonly devices?: readonly LinuxDeviceCgroup[] | undefined };
  /** Other properties, in GVariant's text format: `{ TimeoutStopSec: '5', CollectMode: "'inactive-or-failed'" }`. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly layout?: CgroupLayout;
}

/** A scope of systemd: a unit for processes that somebody else has started, and their cgroup. */
export class Scope implements AsyncDisposable {
  readonly record: ScopeRecord;
  readonly cgroup: Cgroup;
  readonly #settings: SystemdSettings;

  /** @internal Takes them as they are. */
  constructor(record: ScopeRecord, cgroup: Cgroup, settings: SystemdSettings = {}) {
    this.record = record;
    this.cgroup = cgroup;
    this.#settings = settings;
  }

  get unit(): string {
    return this.record.unit;
  }

  /** Changes limits, in the cgroup and in the unit: all or none. */
  async update(resources: LinuxResources): Promise<void> {
    const { writes } = planResources(resources, layoutOf(this.cgroup), '');
    await updateScope(this.record, this.cgroup, { ...this.#settings, writes }, (rounded) => this.cgroup.apply(rounded));
  }

  /** Kills what is in it, and ends it. */
  async stop(): Promise<void> {
    await this.cgroup.remove({ kill: true });
    await endScope(this.record, this.#settings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Has systemd make a scope of processes that run, and limits it.
 *
 * @throws SpecError what no cgroup of this machine can limit, and properties that aren't any
 * @throws PlumbingError `SYSTEMD_REFUSED`, `SYSTEMD_UNREACHABLE`, `SYSTEMD_JOB_FAILED`, `SYSTEMD_TIMEOUT`; NotSupportedError
 */
export async function createScope(settings: CreateScopeSettings): Promise<Scope> {
  const { name, pids, bus = 'system', layout = readCgroupLayout(), resources = {}, properties = {} } = settings;
  const slice = settings.slice ?? (bus === 'system' ? 'system.slice' : 'user.slice');
  const record: ScopeRecord = { unit: `${name}.scope`, bus, description: settings.description ?? name };
  const writes = roundQuotas(planResources(resources, layout, '').writes);
  const more = annotatedProperties(
    Object.fromEntries(Object.entries(properties).map(([key, value]) => [`org.systemd.property.${key}`, value])),
  );
  using systemd = await Systemd.connect(settings);
  const path = await startScope(systemd, record, [
    ...scopeProperties({ description: record.description, slice, pids, version: systemdVersion(layout) }),
    ...(await limitsOf(systemd, writes, resources, layout)),
    ...more,
  ]);
  const scope = new Scope(record, new Cgroup(layout.hierarchies.map((hierarchy) => directoryIn(hierarchy, path))), settings);
  try {
    adopt(scope.cgroup, pids);
    applyWrites(scope.cgroup.directories, writes);
    if (resources.devices !== undefined) limitDevices(scope.cgroup.directories, resources.devices, '/devices');
    return scope;
  } catch (error) {
    await systemd.stopUnit(record.unit);
    throw error;
  }
}

async function limitsOf(
  systemd: Systemd,
  writes: readonly CgroupWrite[],
  { devices, unified = {} }: LinuxResources & { readonly devices?: readonly LinuxDeviceCgroup[] | undefined },
  layout: CgroupLayout,
): Promise<UnitProperty[]> {
  const version = await systemd.version();
  return [
    ...limitProperties(writes, version),
    ...oomPolicy(unified['memory.oom.group'], version),
    ...(devices === undefined ? [] : deviceProperties(devices, systemdVersion(layout), { pointer: '/devices' })),
  ];
}

/** The hierarchies that systemd leaves alone get the cgroup as well, and the processes. */
function adopt(cgroup: Cgroup, pids: readonly number[]): void {
  for (const directory of cgroup.directories) {
    try {
      makeDirectories([directory]);
    } catch (error) {
      if ((error as { code?: string }).code !== 'CGROUP_EXISTS') throw error;
      checkCgroupfs(directory.path, directory);
    }
  }
  for (const pid of pids) cgroup.add(pid);
}

/** Starts the unit, and gives its cgroup's path. What fails half-way is stopped. */
export async function startScope(systemd: Systemd, { unit }: ScopeRecord, properties: readonly UnitProperty[]): Promise<string> {
  await systemd.startTransientUnit(unit, properties);
  const found = await systemd.unitProperty(unit, 'ControlGroup', 'Scope');
  return typeof found?.value === 'string' ? found.value : '';
}

/**
 * Ends a scope: what is in it is stopped, and a failure of it forgotten. Of one that is gone there is nothing to do, nor where systemd itself is.
 * A unit of that name which somebody else has made since is left alone.
 */
export async function endScope({ unit, bus, description }: ScopeRecord, settings: SystemdSettings = {}): Promise<void> {
  try {
    using systemd = await Systemd.connect({ ...settings, bus });
    const found = await systemd.unitProperty(unit, 'Description', 'Unit');
    if (found?.value === description) await systemd.stopUnit(unit);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
  }
}

export interface UpdateScopeSettings extends SystemdSettings {
  readonly writes: readonly CgroupWrite[];
  /** New device rules, as `deviceProperties` has them. */
  readonly devices?: readonly UnitProperty[] | undefined;
}

/**
 * Changes limits of a scope, its unit's first: what systemd is not told of it undoes when it is reloaded. Then `apply` makes the writes, which have the last word on each file.
 * When that fails the unit gets back what it had.
 *
 * @param apply takes the writes with quotas as systemd can have them
 */
export async function updateScope(
  { unit, bus }: ScopeRecord,
  cgroup: Cgroup,
  { writes, devices = [], ...settings }: UpdateScopeSettings,
  apply: (writes: readonly CgroupWrite[]) => void | Promise<void>,
): Promise<void> {
  cgroup.check(writes);
  using systemd = await Systemd.connect({ ...settings, bus });
  const period = await presentPeriod(systemd, unit);
  const rounded = roundQuotas(writes, period);
  const properties = [...limitProperties(rounded, await systemd.version(), period), ...devices];
  const before = await propertiesBefore(systemd, unit, properties);
  await systemd.setProperties(unit, properties);
  try {
    await apply(rounded);
  } catch (error) {
    await systemd.setProperties(unit, before);
    throw error;
  }
}

async function presentPeriod(systemd: Systemd, unit: string): Promise<bigint | undefined> {
  const period = await systemd.unitProperty(unit, 'CPUQuotaPeriodUSec', 'Scope');
  return typeof period?.value === 'bigint' && period.value < 2n ** 63n ? period.value : undefined;
}

async function propertiesBefore(systemd: Systemd, unit: string, properties: readonly UnitProperty[]): Promise<UnitProperty[]> {
  const names = new Set(properties.map(({ name }) => name));
  const found = await Promise.all(
    [...names].map(async (name): Promise<UnitProperty[]> => {
      const value: Variant | undefined = await systemd.unitProperty(unit, name, 'Scope');
      if (value === undefined) return [];
      // A list is added to, and emptied first.
      const empty = value.signature === 'a(ss)' ? [{ name, signature: value.signature, value: [] }] : [];
      return [...empty, { name, ...value }];
    }),
  );
  return found.flat();
}

/** The version that systemd's own controllers are on. On a hybrid machine it is v1. */
export function systemdVersion({ hierarchies }: CgroupLayout): CgroupVersion {
  return hierarchies.some(({ version }) => version === 1) ? 1 : 2;
}

function layoutOf({ directories }: Cgroup): CgroupLayout {
  return {
    hierarchies: directories.map((directory: CgroupDirectory) => ({
      ...directory,
      own: posix.join('/', posix.relative(directory.mountPoint, directory.path)),
    })),
  };
}

/** Where a user's systemd has its own cgroup: below it lies all that it makes. */
export function userManagerPath(uid: number, own: string): string {
  const [found] = /^.*\/user@\d+\.service(?=\/|$)/.exec(own) ?? [];
  return found ?? join('/user.slice', `user-${String(uid)}.slice`, `user@${String(uid)}.service`);
}
