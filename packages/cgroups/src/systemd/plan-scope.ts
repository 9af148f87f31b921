import { posix } from 'node:path';
import { type Op, type Reg, reg, set } from '@standpipe/program';
import type { SpecIssue } from '@standpipe/errors';
import { type CgroupTexts, detectCgroups } from '../detect.js';
import { planDeviceRules } from '../devices/plan.js';
import { planAttachDevices } from '../devices/plan-attach.js';
import type { LinuxDeviceCgroup } from '../devices/rule.js';
import { versionOf } from '../layout.js';
import { type CgroupPlace, procCgroupOf } from '../place.js';
import { planCgroup } from '../plan.js';
import { type LinuxResources, planResources } from '../resources.js';
import type { CgroupWrite } from '../write.js';
import { annotatedProperties } from './annotations.js';
import { outerUid, userBus } from './bus-address.js';
import { deviceProperties } from './device-properties.js';
import { notForOrdinaryUsersOnV1, scopeElsewhere } from './errors.js';
import { Systemd } from './manager.js';
import { limitProperties, roundQuotas } from './properties.js';
import type { UnitProperty } from './property.js';
import { endScope, type ScopeRecord, startScope, systemdVersion, userManagerPath } from './scope.js';
import { oomPolicy, scopeProperties } from './scope-properties.js';
import { scopeName } from './unit-name.js';

export interface PlanScopeInput extends CgroupTexts {
  readonly id: string;
  /** `linux` of config.json. */
  readonly linux: {
    /** `slice:prefix:name`. */
    readonly cgroupsPath?: string | undefined;
    readonly resources?: (LinuxResources & { readonly devices?: readonly LinuxDeviceCgroup[] | undefined }) | undefined;
    readonly devices?: readonly { readonly path: string }[] | undefined;
  };
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Whose container it is: the unit's description, unless an annotation says another. */
  readonly description: string;
  /** An ordinary user, as root of a user namespace too, asks the systemd of its own. Undefined for root. */
  readonly uid: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A container's cgroup as a scope of systemd: what the host half does while the container's process waits. */
export interface ScopePlan {
  readonly record: ScopeRecord;
  /** Its directories, one in each hierarchy. */
  readonly directories: readonly string[];
  /** What /proc/PID/cgroup will say of the container's process. */
  readonly procCgroup: string;
  readonly warnings: readonly SpecIssue[];
  /** First, with the container's pid: has systemd make the scope with that process in it. */
  readonly start: (pid: number) => Promise<void>;
  /** Behind that: the limits and device rules, and the hierarchies that systemd leaves alone. Undone with what is in it killed. */
  readonly limit: Op[];
  /** Ends the scope. Never fails: systemd does it by itself too, once nobody is in it. */
  readonly stop: () => Promise<void>;
  /** Lets it be when the host half ends; `kept` is 1 then. */
  readonly keep: Op[];
  readonly kept: Reg;
}

/**
 * Plans the cgroup of a container that systemd makes. What systemd knows of the limits it is told with the unit; then all of them are written as
 * to any other cgroup.
 *
 * @throws SpecError for a path that is no unit's, annotations that are no properties, and what `planResources` refuses; NotSupportedError
 */
export function planScope(input: PlanScopeInput, regs: { readonly pid: Reg }): ScopePlan {
  const { id, linux, uid, env } = input;
  const { cgroupsPath, resources = {} } = linux;
  const layout = detectCgroups(input);
  const version = systemdVersion(layout);
  if (uid !== undefined && version === 1) throw notForOrdinaryUsersOnV1();
  const { slice, unit, path } = scopeName({ cgroupsPath, id, manager: uid === undefined ? 'system' : 'user' });
  const annotated = annotatedProperties(input.annotations);
  const description = describedAs(annotated) ?? input.description;
  const record: ScopeRecord = { unit, bus: uid === undefined ? 'system' : userBus(env), description };

  const own = layout.hierarchies.find((one) => one.version === 2)?.own ?? '/';
  const base = uid === undefined ? '/' : userManagerPath(outerUid(uid), own);
  const whole = posix.join(base, path);
  const places = layout.hierarchies.map((hierarchy): CgroupPlace => ({
    hierarchy,
    path: whole,
    directory: posix.join(hierarchy.mountPoint, whole),
    base,
  }));

  const limits = planResources(resources, layout);
  const writes = roundQuotas(limits.writes);
  // What an ordinary user may not open outside, he may not open inside either.
  const rules = uid === undefined ? (resources.devices ?? []) : undefined;
  const deviceVersion = versionOf(layout, 'devices') ?? 2;
  const deviceWrites = rules !== undefined && deviceVersion === 1 ? planDeviceRules(rules, 1, { container: linux }).writes : [];
  const pointer = cgroupsPath === undefined || cgroupsPath === '' ? undefined : '/linux/cgroupsPath';
  const plan = planCgroup({ places, writes: [...writes, ...deviceWrites], shared: true, pointer }, regs);
  const attach =
    rules !== undefined && deviceVersion === 2 && plan.fd !== undefined
      ? planAttachDevices(planDeviceRules(rules, 2, { container: linux }), plan.fd)
      : [];
  const devices = rules === undefined ? [] : deviceProperties(rules, version, { container: linux });
  const kept = reg('scope kept');
  return {
    record,
    directories: places.map(({ directory }) => directory),
    procCgroup: procCgroupOf(places, input),
    warnings: limits.warnings,
    limit: [...plan.make, ...attach, ...plan.enter],
    keep: [...plan.keep, set(kept, 1)],
    kept,
    async start(pid) {
      using systemd = await Systemd.connect({ bus: record.bus, env });
      const found = await startScope(systemd, record, [
        ...scopeProperties({ description, slice, pids: [pid], version }),
        ...(await limitsFor(systemd, writes, resources)),
        ...devices,
        ...annotated,
      ]);
      if (found === whole) return;
      await systemd.stopUnit(unit);
      throw scopeElsewhere(unit, whole, found);
    },
    async stop() {
      await endScope(record, { env }).catch(() => undefined);
    },
  };
}

async function limitsFor(systemd: Systemd, writes: readonly CgroupWrite[], { unified = {} }: LinuxResources): Promise<UnitProperty[]> {
  const version = await systemd.version();
  return [...limitProperties(writes, version), ...oomPolicy(unified['memory.oom.group'], version)];
}

/** The last one counts. */
function describedAs(annotated: readonly UnitProperty[]): string | undefined {
  const found = annotated.findLast(({ name, signature }) => name === 'Description' && signature === 's');
  return found === undefined ? undefined : String(found.value);
}
