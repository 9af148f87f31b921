/**
 * process.capabilities in the create pipeline: the bounding set before the user changes, the others after.
 *
 * @packageDocumentation
 */
import { parseCapabilitySets, planCapabilities, type CapabilitiesPlan, parseStatus } from '@standpipe/capabilities';
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { type CreateContext, createPipeline, HonouredSpec } from '@standpipe/runtime-api';

const Plan = slot<CapabilitiesPlan>('capabilities.plan');

export const capabilitiesPlugin: Plugin = definePlugin({
  id: 'capabilities',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/process/capabilities'] })),
    step(createPipeline.phase.restrict, {
      id: 'capabilities.bound',
      before: ['user.become'],
      writes: [Plan],
      run(context) {
        const plan = planOf(context);
        if (plan === undefined) return;
        context.slots.set(Plan, plan);
        context.program.container(plan.beforeUser);
      },
    }),
    step(createPipeline.phase.restrict, {
      id: 'capabilities.set',
      after: ['user.become'],
      reads: [Plan],
      run: ({ program, slots }) => program.container(slots.get(Plan)?.afterUser ?? []),
    }),
  ],
});

/** A process without the field keeps what it has, as the specification leaves it. */
function planOf({ spec, facts, warnings }: CreateContext): CapabilitiesPlan | undefined {
  const asked = spec.process?.capabilities;
  if (asked === undefined) return undefined;
  const lastCap = Number(facts.readText('/proc/sys/kernel/cap_last_cap') ?? Number.NaN);
  const newUser = spec.linux?.namespaces?.some(({ type }) => type === 'user') === true;
  const status = newUser ? undefined : facts.readText('/proc/self/status');
  const parsed = parseCapabilitySets(asked, {
    ...(Number.isInteger(lastCap) ? { lastCap } : {}),
    ...(status === undefined ? {} : { available: parseStatus(status).bounding }),
  });
  warnings.push(...parsed.warnings);
  return planCapabilities(parsed.sets, Number.isInteger(lastCap) ? { lastCap } : {});
}

export default capabilitiesPlugin;
