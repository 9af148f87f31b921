/**
 * process.capabilities in the create and exec pipelines: the bounding set before the user changes, the others after.
 *
 * @packageDocumentation
 */
import {
  type CapabilitiesPlan,
  capabilityNames,
  LAST_CAP,
  parseCapabilitySets,
  parseStatus,
  planCapabilities,
  planClearInheritable,
  planRaisePermitted,
  probeCapabilities,
} from '@standpipe/capabilities';
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { type CreateContext, HonouredSpec, HostChecks, type HostFacts, processPhases, RuntimeFeatures } from '@standpipe/runtime-api';

const Plan = slot<CapabilitiesPlan>('capabilities.plan');

export const capabilitiesPlugin: Plugin = definePlugin({
  id: 'capabilities',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/process/capabilities'] })),
    extend(HostChecks, () => (host) => probeCapabilities(host.facts)),
    extend(RuntimeFeatures, () => (facts) => ({ capabilities: capabilityNames.slice(0, lastCapOf(facts) + 1) })),
    ...processPhases.flatMap(({ restrict }) => [
      step(restrict, {
        id: 'capabilities.bound',
        before: ['user.become'],
        writes: [Plan],
        run(context) {
          const plan = planOf(context);
          context.slots.set(Plan, plan);
          context.program.container(plan.beforeUser);
        },
      }),
      step(restrict, {
        id: 'capabilities.raise',
        after: ['user.become', 'environment.complete'],
        before: ['capabilities.set', 'landlock.enter-early', 'seccomp.load-early'],
        run({ process: { noNewPrivileges, user, capabilities }, program }) {
          // With no_new_privs nobody needs them, and root has them.
          if (noNewPrivileges !== true && user.uid !== 0 && capabilities !== undefined) program.container(planRaisePermitted());
        },
      }),
      step(restrict, {
        id: 'capabilities.set',
        after: ['user.become'],
        reads: [Plan],
        run: ({ program, slots }) => program.container(slots.need(Plan).afterUser),
      }),
    ]),
  ],
});

function planOf({ spec, process, facts, warnings }: CreateContext): CapabilitiesPlan {
  const asked = process.capabilities;
  // The specification leaves open what a process then has: as with runc, what it would have anyway.
  if (asked === undefined) return { beforeUser: [], afterUser: planClearInheritable() };
  const newUser = spec.linux?.namespaces?.some(({ type }) => type === 'user') === true;
  const status = newUser ? undefined : facts.readText('/proc/self/status');
  const parsed = parseCapabilitySets(asked, {
    lastCap: lastCapOf(facts),
    ...(status === undefined ? {} : { available: parseStatus(status).bounding }),
  });
  // Validation has told of unknown names before.
  warnings.push(...parsed.warnings.filter((warning) => !warnings.some(({ pointer }) => pointer === warning.pointer)));
  return planCapabilities(parsed.sets);
}

function lastCapOf(facts: HostFacts): number {
  const lastCap = facts.readText('/proc/sys/kernel/cap_last_cap');
  return lastCap === undefined ? LAST_CAP : Number(lastCap);
}

export default capabilitiesPlugin;
