/**
 * Containers' cgroups as scopes of systemd, in the create pipeline.
 *
 * @packageDocumentation
 */
import { isScopePath, probeSystemd } from '@standpipe/cgroups';
import type { ScopePlan } from '@standpipe/cgroups/systemd';
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  ContainerCgroup,
  createPipeline,
  HonouredSpec,
  HostChecks,
  type HostFacts,
  RecordCgroups,
  RuntimeFeatures,
} from '@standpipe/runtime-api';
import { CgroupsSystemdConfig } from './config.js';

const Plan = slot<ScopePlan>('cgroups-systemd.plan');

export const cgroupsSystemdPlugin: Plugin = definePlugin({
  id: 'cgroups-systemd',
  api: 1,
  config: CgroupsSystemdConfig,
  declare: ({ extend, step }, { scopes }) => [
    extend(HonouredSpec, () => ({ pointers: ['/linux/resources', '/linux/cgroupsPath'] })),
    extend(HostChecks, () => () => [probeSystemd()]),
    extend(RuntimeFeatures, () => () => ({
      cgroup: { systemd: true, systemdUser: true },
      // A property may name units to start.
      potentiallyUnsafeConfigAnnotations: ['org.systemd.property.'],
    })),
    step(createPipeline.phase.prepare, {
      id: 'scope.plan',
      writes: [Plan, ContainerCgroup],
      async run({ spec: { linux = {}, annotations }, settings, facts, regs, slots, warnings }) {
        const asked = scopes === 'always' || isScopePath(linux.cgroupsPath) ? 'systemd' : 'cgroupfs';
        if ((settings.cgroupManager ?? asked) !== 'systemd') return;
        // Loaded late: most containers need none of it.
        const { planScope } = await import('@standpipe/cgroups/systemd');
        const { id, name, stateRoot } = settings;
        const plan = planScope(
          {
            mountinfo: facts.readText('/proc/self/mountinfo') ?? '',
            selfCgroup: facts.readText('/proc/self/cgroup') ?? '',
            read: (path) => facts.readText(path),
            id,
            linux,
            annotations,
            description: `${name} container ${id} of ${stateRoot}`,
            uid: isOrdinary(facts) ? facts.uid : undefined,
            env: facts.env,
          },
          regs,
        );
        warnings.push(...plan.warnings);
        slots.set(Plan, plan);
        slots.set(ContainerCgroup, { fd: undefined, procCgroup: plan.procCgroup });
      },
    }),
    step(createPipeline.phase.admit, {
      id: 'scope.start',
      after: ['state.record'],
      reads: [Plan, RecordCgroups],
      run({ spec: { linux }, program, regs, slots }) {
        const plan = slots.get(Plan);
        if (plan === undefined) return;
        const { start, stop, kept, record: scope, directories, limit } = plan;
        const record = slots.get(RecordCgroups)?.(directories, scope);
        const pointer = linux?.cgroupsPath === undefined ? undefined : '/linux/cgroupsPath';
        program.host(record?.making ?? []);
        program.callback(start, { value: regs.pid, undo: stop, kept, say: `make the scope ${JSON.stringify(scope.unit)}`, pointer });
        program.host([...(record?.made ?? []), ...limit]);
      },
    }),
    step(createPipeline.phase.commit, {
      id: 'scope.keep',
      after: ['init.await', 'hooks.poststart'],
      before: ['state.keep', 'init.leave', 'terminal.supervise'],
      reads: [Plan],
      run({ settings, program, slots }) {
        if (settings.keep) program.host(slots.get(Plan)?.keep ?? []);
      },
    }),
  ],
});

/** The first user namespace of a machine maps every id to itself. */
function isOrdinary(facts: HostFacts): boolean {
  return facts.uid !== 0 || facts.readText('/proc/self/uid_map')?.trim().split(/\s+/).join(' ') !== '0 0 4294967295';
}

export default cgroupsSystemdPlugin;
