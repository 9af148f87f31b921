/**
 * Mounts, the change to the new root, masked and read-only paths in the create pipeline.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  type CgroupFacts,
  isMappedNamespace,
  knownMountOptions,
  mountNamespacesOf,
  type MountsPlan,
  planMaskedPaths,
  planMounts,
  planMoveRoot,
  planPivot,
  planReadonlyPaths,
  planRootReadonly,
  probeMounts,
  rootfsPath,
} from '@standpipe/mounts';
import { ContainerCgroup, createPipeline, HonouredSpec, HostChecks, type HostFacts, RuntimeFeatures } from '@standpipe/runtime-api';

const Plan = slot<MountsPlan>('mounts.plan');

export const mountsPlugin: Plugin = definePlugin({
  id: 'mounts',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({
      pointers: ['/root', '/mounts', '/linux/rootfsPropagation', '/linux/maskedPaths', '/linux/readonlyPaths', '/linux/mountLabel'],
    })),
    extend(HostChecks, () => (host) => probeMounts(host.facts)),
    extend(RuntimeFeatures, () => () => ({ mountOptions: knownMountOptions, idmap: true })),
    step(createPipeline.phase.prepare, {
      id: 'mounts.prepare',
      after: ['init.begin'],
      reads: [ContainerCgroup],
      writes: [Plan],
      run({ spec, settings, facts, program, regs, slots }) {
        const { linux, mounts = [] } = spec;
        const nested = isMappedNamespace(facts.readText('/proc/self/uid_map') ?? '');
        const rootless = facts.uid !== 0 || nested;
        const own = slots.get(ContainerCgroup);
        const plan = planMounts(mounts, {
          root: regs.root,
          bundle: settings.bundle,
          namespaces: mountNamespacesOf(linux?.namespaces ?? [], nested),
          userNamespace: { ...linux, path: linux?.namespaces?.find(({ type }) => type === 'user')?.path },
          rootless,
          cgroups: rootless || mounts.some(({ type }) => type === 'cgroup') ? cgroupFacts(facts, own) : undefined,
          ownCgroup: own !== undefined,
          mountLabel: linux?.mountLabel,
          pidfd: regs.pidfd,
          origin: { plugin: 'mounts', step: 'mounts.prepare' },
        });
        slots.set(Plan, plan);
        program.host(plan.prepare);
        for (const section of plan.sections) program.section(section);
      },
    }),
    step(createPipeline.phase.rootfs, {
      id: 'mounts.mount',
      after: ['rootfs.open'],
      reads: [Plan],
      run({ program, slots }) {
        program.container(slots.need(Plan).mount);
        program.host(slots.need(Plan).handOver);
      },
    }),
    step(createPipeline.phase.pivot, {
      id: 'mounts.pivot',
      reads: [Plan],
      run({ spec, settings, facts, program, regs, slots }) {
        program.container(slots.need(Plan).protect);
        if (spec.root?.readonly === true) program.container(planRootReadonly(regs.root));
        const propagation = spec.linux?.rootfsPropagation;
        if (settings.noPivot) {
          const mountinfo = facts.readText('/proc/self/mountinfo') ?? '';
          program.container(planMoveRoot({ root: regs.root, propagation, path: rootfsPath(spec.root, settings.bundle), mountinfo }));
        } else program.container(planPivot({ root: regs.root, propagation }));
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
        const { maskedPaths = [], mountLabel } = spec.linux ?? {};
        program.container(planMaskedPaths(maskedPaths, regs.root, { mountLabel }));
      },
    }),
  ],
});

function cgroupFacts(facts: HostFacts, own: ContainerCgroup | undefined): CgroupFacts {
  return { mountinfo: facts.readText('/proc/self/mountinfo') ?? '', cgroup: own?.procCgroup ?? facts.readText('/proc/self/cgroup') ?? '' };
}

export default mountsPlugin;
