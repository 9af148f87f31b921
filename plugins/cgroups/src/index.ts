/**
 * linux.cgroupsPath and linux.resources in the create pipeline; the container's cgroup in the exec pipeline.
 *
 * @packageDocumentation
 */
import {
  type CgroupPlan,
  type CgroupTexts,
  detectCgroups,
  deviceVersionOf,
  directoryAt,
  type JoinPlan,
  placeCgroup,
  planAttachDevices,
  planCgroup,
  planDeviceRules,
  planJoin,
  planResources,
  probeCgroups,
  procCgroupOf,
} from '@standpipe/cgroups';
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  ContainerCgroup,
  createPipeline,
  execPipeline,
  HonouredSpec,
  HostChecks,
  type HostFacts,
  RecordCgroups,
  RuntimeFeatures,
} from '@standpipe/runtime-api';

const Plan = slot<CgroupPlan>('cgroups.plan');
const Join = slot<JoinPlan>('cgroups.join');

export const cgroupsPlugin: Plugin = definePlugin({
  id: 'cgroups',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/linux/resources', '/linux/cgroupsPath'] })),
    extend(HostChecks, () => (host) => probeCgroups({ uid: host.facts.uid, ...textsOf(host.facts) })),
    extend(RuntimeFeatures, () => () => ({ cgroup: { v1: true, v2: true, rdma: true } })),
    step(createPipeline.phase.prepare, {
      id: 'cgroups.make',
      after: ['init.begin', 'state.make'],
      reads: [RecordCgroups, ContainerCgroup],
      writes: [Plan, ContainerCgroup],
      run({ spec: { linux = {} }, settings, facts, program, regs, slots, warnings }) {
        const { cgroupsPath, resources = {} } = linux;
        if (settings.cgroupManager === 'disabled' && linux.resources !== undefined)
          warnings.push({ pointer: '/linux/resources', message: 'is not put into effect: no cgroup is made' });
        // Or it has one from elsewhere: systemd.
        if (settings.cgroupManager === 'disabled' || slots.get(ContainerCgroup) !== undefined) return;
        const texts = textsOf(facts);
        const layout = detectCgroups(texts);
        const isDelegatedAtMost = facts.uid !== 0 || isMapped(facts);
        const limits = planResources(resources, layout);
        warnings.push(...limits.warnings);
        const places = placeCgroup(layout, { id: settings.id, cgroupsPath });
        if (places.length === 0) return;
        // What an ordinary user may not open outside, he may not open inside either.
        const version = isDelegatedAtMost ? undefined : deviceVersionOf(layout);
        const rules = resources.devices ?? [];
        const plan = planCgroup(
          {
            places,
            writes: [...limits.writes, ...(version === 1 ? planDeviceRules(rules, version, { container: linux }).writes : [])],
            optional: isDelegatedAtMost,
            pointer: cgroupsPath === undefined ? undefined : '/linux/cgroupsPath',
          },
          regs,
        );
        slots.set(Plan, plan);
        if (!isDelegatedAtMost) slots.set(ContainerCgroup, { fd: plan.fd, procCgroup: procCgroupOf(places, texts) });
        const record = slots.get(RecordCgroups)?.(places.map(({ directory }) => directory));
        program.host([...(record?.making ?? []), ...plan.make, ...(record?.made ?? [])]);
        if (version === 2 && plan.fd !== undefined)
          program.host(planAttachDevices(planDeviceRules(rules, version, { container: linux }), plan.fd));
      },
    }),
    step(createPipeline.phase.admit, {
      id: 'cgroups.enter',
      reads: [Plan],
      run: ({ program, slots }) => program.host(slots.get(Plan)?.enter ?? []),
    }),
    step(createPipeline.phase.commit, {
      id: 'cgroups.keep',
      after: ['init.await', 'hooks.poststart'],
      before: ['state.keep', 'init.leave', 'terminal.supervise'],
      reads: [Plan],
      run({ settings, program, slots }) {
        if (settings.keep) program.host(slots.get(Plan)?.keep ?? []);
      },
    }),
    step(execPipeline.phase.prepare, {
      id: 'cgroups.open',
      after: ['init.begin'],
      writes: [Join, ContainerCgroup],
      run({ container: { pid, cgroups }, settings: { subCgroups }, facts, program, regs, slots }) {
        const texts = textsOf(facts);
        const layout = detectCgroups(texts);
        const directories = cgroups.map((path) => directoryAt(layout, path));
        const plan = planJoin({ directories, subCgroups, optional: facts.uid !== 0 || isMapped(facts) }, regs);
        slots.set(Join, plan);
        if (plan.fd !== undefined)
          slots.set(ContainerCgroup, { fd: plan.fd, procCgroup: facts.readText(`/proc/${String(pid)}/cgroup`) ?? '' });
        program.host(plan.open);
      },
    }),
    step(execPipeline.phase.admit, {
      id: 'cgroups.enter',
      reads: [Join],
      run: ({ program, slots }) => program.host(slots.need(Join).enter),
    }),
  ],
});

function textsOf(facts: HostFacts): CgroupTexts {
  const read = (path: string): string | undefined => facts.readText(path);
  return { mountinfo: read('/proc/self/mountinfo') ?? '', selfCgroup: read('/proc/self/cgroup') ?? '', read };
}

/** The first user namespace of a machine maps every id to itself. */
function isMapped(facts: HostFacts): boolean {
  return facts.readText('/proc/self/uid_map')?.trim().split(/\s+/).join(' ') !== '0 0 4294967295';
}

export default cgroupsPlugin;
