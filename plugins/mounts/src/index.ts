/**
 * Mounts, the change to the new root, masked and read-only paths in the create pipeline.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  type CgroupFacts,
  isMappedNamespace,
  mountNamespacesOf,
  type MountsPlan,
  planMaskedPaths,
  planMounts,
  planPivot,
  planReadonlyPaths,
  planRootReadonly,
} from '@standpipe/mounts';
import { createPipeline, HonouredSpec, type HostFacts } from '@standpipe/runtime-api';

const Plan = slot<MountsPlan>('mounts.plan');

export const mountsPlugin: Plugin = definePlugin({
  id: 'mounts',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({
      pointers: ['/root', '/mounts', '/linux/rootfsPropagation', '/linux/maskedPaths', '/linux/readonlyPaths'],
    })),
    step(createPipeline.phase.rootfs, {
      id: 'mounts.mount',
      after: ['rootfs.open'],
      writes: [Plan],
      run({ spec, settings, facts, program, regs, slots }) {
        const nested = isMappedNamespace(facts.readText('/proc/self/uid_map') ?? '');
        const mounts = spec.mounts ?? [];
        const plan = planMounts(mounts, {
          root: regs.root,
          bundle: settings.bundle,
          namespaces: mountNamespacesOf(spec.linux?.namespaces ?? [], nested),
          rootless: facts.uid !== 0 || nested,
          cgroups: mounts.some(({ type }) => type === 'cgroup') ? cgroupFacts(facts) : undefined,
        });
        slots.set(Plan, plan);
        program.container(plan.mount);
      },
    }),
    step(createPipeline.phase.pivot, {
      id: 'mounts.pivot',
      reads: [Plan],
      run({ spec, program, regs, slots }) {
        program.container(slots.need(Plan).protect);
        if (spec.root?.readonly === true) program.container(planRootReadonly(regs.root));
        program.container(planPivot({ root: regs.root, propagation: spec.linux?.rootfsPropagation }));
      },
    }),
    step(createPipeline.phase.pivot, {
      id: 'mounts.protect',
      after: ['mounts.pivot'],
      run({ spec, program, regs }) {
        program.container(planReadonlyPaths(spec.linux?.readonlyPaths ?? [], regs.root));
      },
    }),
    step(createPipeline.phase.pivot, {
      id: 'mounts.mask',
      after: ['mounts.protect'],
      run({ spec, program, regs }) {
        program.container(planMaskedPaths(spec.linux?.maskedPaths ?? [], regs.root));
      },
    }),
  ],
});

function cgroupFacts(facts: HostFacts): CgroupFacts {
  return { mountinfo: facts.readText('/proc/self/mountinfo') ?? '', cgroup: facts.readText('/proc/self/cgroup') ?? '' };
}

export default mountsPlugin;
