/**
 * linux.namespaces, id mappings and time offsets in the create pipeline.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { findIdMapHelpers, type NamespacesPlan, type OrdinaryUser, planNamespaces } from '@standpipe/namespaces';
import { ContainerCgroup, createPipeline, HonouredSpec, type HostFacts, Setgroups } from '@standpipe/runtime-api';

const Plan = slot<NamespacesPlan>('namespaces.plan');

export const namespacesPlugin: Plugin = definePlugin({
  id: 'namespaces',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({
      pointers: ['/linux/namespaces', '/linux/uidMappings', '/linux/gidMappings', '/linux/timeOffsets'],
    })),
    step(createPipeline.phase.isolate, {
      id: 'namespaces.clone',
      reads: [ContainerCgroup],
      writes: [Plan, Setgroups],
      run({ spec, facts, program, regs, slots }) {
        const plan = planNamespaces(
          {
            ...spec.linux,
            rootless: ordinaryUser(facts),
            setgroupsDenied: facts.readText('/proc/self/setgroups')?.trim() === 'deny',
          },
          { ...regs, containerStart: program.containerStart, cgroupFd: slots.get(ContainerCgroup)?.fd },
        );
        slots.set(Plan, plan);
        slots.set(Setgroups, plan.setgroups);
        program.host(plan.host);
        program.container(plan.container);
        for (const section of plan.sections) program.section(section);
      },
    }),
    step(createPipeline.phase.admit, {
      id: 'namespaces.map',
      reads: [Plan],
      run: ({ program, slots }) => program.host(slots.need(Plan).afterClone),
    }),
    step(createPipeline.phase.release, {
      id: 'namespaces.go',
      reads: [Plan],
      run: ({ program, slots }) => program.host(slots.need(Plan).go),
    }),
  ],
});

function ordinaryUser(facts: HostFacts): OrdinaryUser | undefined {
  return facts.uid === 0 ? undefined : { euid: facts.uid, egid: facts.gid, ...findIdMapHelpers((name) => facts.systemProgram(name)) };
}

export default namespacesPlugin;
