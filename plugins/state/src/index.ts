/**
 * The container's state directory in the create pipeline: made first of all, and gone last.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { compactSpecText } from '@standpipe/oci-spec';
import { createPipeline, HostChecks, RecordCgroups, StartGate } from '@standpipe/runtime-api';
import { planState, probeState, type StatePlan } from '@standpipe/state';

const Plan = slot<StatePlan>('state.plan');

export const statePlugin: Plugin = definePlugin({
  id: 'state',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HostChecks, () => (host) => probeState(host.stateRoot)),
    step(createPipeline.phase.prepare, {
      id: 'state.make',
      after: ['init.begin', 'signals.hold'],
      writes: [Plan, RecordCgroups, StartGate],
      run({ spec, settings, program, regs, slots }) {
        const { id, bundle, stateRoot, detach, keep } = settings;
        const { ociVersion, annotations } = spec;
        const plan = planState(
          {
            root: stateRoot,
            id,
            bundle,
            ociVersion,
            annotations,
            foreground: !detach && !keep,
            // What the container was made from, whatever becomes of the bundle: for exec, and the hooks of start and delete.
            config: compactSpecText(spec),
          },
          regs,
        );
        slots.set(Plan, plan);
        slots.set(RecordCgroups, plan.recordCgroups);
        program.host(plan.create);
        if (settings.hold === true) {
          slots.set(StartGate, plan.start);
          program.host(plan.start.listen);
        }
      },
    }),
    step(createPipeline.phase.admit, {
      id: 'state.record',
      reads: [Plan],
      run: ({ program, slots }) => program.host(slots.need(Plan).record),
    }),
    step(createPipeline.phase.commit, {
      id: 'state.publish',
      after: ['init.await'],
      before: ['init.leave', 'terminal.supervise'],
      reads: [Plan],
      run: ({ program, slots }) => program.host(slots.need(Plan).publish),
    }),
    step(createPipeline.phase.commit, {
      id: 'state.keep',
      after: ['state.publish', 'hooks.poststart'],
      before: ['init.leave', 'terminal.supervise'],
      reads: [Plan],
      run({ settings, program, slots }) {
        // Until here a failure removes it; from here on it is its user's to delete.
        if (settings.keep) program.host(slots.need(Plan).keep);
      },
    }),
  ],
});

export default statePlugin;
