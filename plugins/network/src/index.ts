/**
 * linux.netDevices in the create pipeline, and the loopback device of a new network namespace.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { type MovePlan, planLoopbackUp, planMoveDevices } from '@standpipe/netlink';
import { createPipeline, HonouredSpec, NetworkNamespace, RuntimeFeatures } from '@standpipe/runtime-api';
import { noNetworkNamespace } from './errors.js';

const Plan = slot<MovePlan>('network.plan');
const pointer = '/linux/netDevices';

export const networkPlugin: Plugin = definePlugin({
  id: 'network',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: [pointer] })),
    extend(RuntimeFeatures, () => () => ({ netDevices: true })),
    step(createPipeline.phase.admit, {
      id: 'network.open',
      // An fd of a namespace that is joined is closed there.
      before: ['namespaces.map'],
      reads: [NetworkNamespace],
      writes: [Plan],
      run({ spec: { linux: { netDevices = {} } = {} }, program, slots }) {
        if (Object.keys(netDevices).length === 0) return;
        const target = slots.get(NetworkNamespace);
        if (target === undefined) throw noNetworkNamespace(pointer);
        const plan = planMoveDevices(netDevices, target, { pointer });
        slots.set(Plan, plan);
        program.host(plan.open);
      },
    }),
    step(createPipeline.phase.admit, {
      id: 'network.devices',
      // A device's files in sysfs belong to root of the namespace, who is somebody when the ids are mapped.
      after: ['namespaces.map'],
      reads: [Plan],
      run: ({ program, slots }) => program.host(slots.get(Plan)?.move ?? []),
    }),
    step(createPipeline.phase.rootfs, {
      id: 'network.loopback',
      run({ spec, program }) {
        const namespaces = spec.linux?.namespaces ?? [];
        const made = namespaces.findIndex(({ type, path }) => type === 'network' && path === undefined);
        // What a namespace that is joined looks like is its owner's business.
        if (made >= 0) program.container(planLoopbackUp({ pointer: `/linux/namespaces/${String(made)}` }));
      },
    }),
    step(createPipeline.phase.commit, {
      id: 'network.keep',
      after: ['init.await', 'state.publish', 'hooks.poststart'],
      before: ['init.leave', 'terminal.supervise'],
      reads: [Plan],
      run: ({ program, slots }) => program.host(slots.get(Plan)?.keep ?? []),
    }),
  ],
});

export default networkPlugin;
