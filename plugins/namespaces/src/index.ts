/**
 * linux.namespaces, id mappings and time offsets in the create pipeline, and the way into a container's namespaces in the exec pipeline.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  findIdMapHelpers,
  namespacesOf,
  type NamespacesPlan,
  type OrdinaryUser,
  planEnter,
  planNamespaces,
  probeNamespaces,
} from '@standpipe/namespaces';
import {
  ContainerCgroup,
  createPipeline,
  execPipeline,
  HonouredSpec,
  HostChecks,
  type HostFacts,
  NetworkNamespace,
  OriginalGroups,
  processPhases,
  RuntimeFeatures,
  Setgroups,
} from '@standpipe/runtime-api';

const Plan = slot<NamespacesPlan>('namespaces.plan');

export const namespacesPlugin: Plugin = definePlugin({
  id: 'namespaces',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({
      pointers: ['/linux/namespaces', '/linux/uidMappings', '/linux/gidMappings', '/linux/timeOffsets'],
    })),
    extend(HostChecks, () => (host) => probeNamespaces({ ...host.facts, userName: host.facts.env['USER'] })),
    extend(RuntimeFeatures, () => () => ({ namespaces: Object.keys(namespacesOf('self')) })),
    step(createPipeline.phase.isolate, {
      id: 'namespaces.clone',
      reads: [ContainerCgroup, OriginalGroups],
      writes: [Plan, Setgroups, NetworkNamespace],
      run({ spec, facts, program, regs, slots }) {
        const plan = planNamespaces(
          {
            ...spec.linux,
            rootless: ordinaryUser(facts),
            setgroupsDenied: facts.readText('/proc/self/setgroups')?.trim() === 'deny',
            keepGroups: slots.get(OriginalGroups),
          },
          { ...regs, containerStart: program.containerStart, cgroupFd: slots.get(ContainerCgroup)?.fd },
        );
        slots.set(Plan, plan);
        slots.set(Setgroups, plan.setgroups);
        if (plan.network !== undefined) slots.set(NetworkNamespace, plan.network);
        program.host(plan.host);
        program.container(plan.container);
        for (const section of plan.sections) program.section(section);
      },
    }),
    step(execPipeline.phase.isolate, {
      id: 'namespaces.clone',
      reads: [ContainerCgroup, OriginalGroups],
      writes: [Plan, Setgroups],
      run({ container, facts, program, regs, slots }) {
        const setgroups = facts.readText(`/proc/${String(container.pid)}/setgroups`)?.trim() === 'deny' ? 'denied' : 'allowed';
        const plan = planEnter(
          container,
          { ...regs, containerStart: program.containerStart, cgroupFd: slots.get(ContainerCgroup)?.fd },
          { setgroups, keepGroups: slots.get(OriginalGroups) },
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
    ...processPhases.map(({ release }) =>
      step(release, {
        id: 'namespaces.go',
        reads: [Plan],
        run: ({ program, slots }) => program.host(slots.need(Plan).go),
      }),
    ),
  ],
});

function ordinaryUser(facts: HostFacts): OrdinaryUser | undefined {
  return facts.uid === 0 ? undefined : { euid: facts.uid, egid: facts.gid, ...findIdMapHelpers((name) => facts.systemProgram(name)) };
}

export default namespacesPlugin;
