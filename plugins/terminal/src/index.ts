/**
 * The terminal and signals in the create pipeline, and who stays with the container.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { createPipeline, HonouredSpec } from '@standpipe/runtime-api';
import { blockSignals, planTerminal, type TerminalPlan, unblockSignals } from '@standpipe/terminal';

const { prepare, isolate, devices, restrict, start, commit } = createPipeline.phase;

const Plan = slot<TerminalPlan>('terminal.plan');

export const terminalPlugin: Plugin = definePlugin({
  id: 'terminal',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/process/terminal'] })),
    step(prepare, {
      id: 'signals.hold',
      after: ['init.begin'],
      run: ({ program }) => program.host(blockSignals()),
    }),
    step(prepare, {
      id: 'terminal.connect',
      after: ['signals.hold', 'state.make'],
      writes: [Plan],
      run({ process, settings, program, regs, slots }) {
        const plan = planTerminal(process, settings, regs);
        slots.set(Plan, plan);
        program.host(plan.connect);
      },
    }),
    step(isolate, {
      id: 'session.begin',
      after: ['namespaces.clone'],
      reads: [Plan],
      run({ program, slots }) {
        const { host, container } = slots.need(Plan);
        program.host(host);
        program.container(container);
      },
    }),
    step(devices, {
      id: 'terminal.open',
      after: ['devices.make'],
      reads: [Plan],
      run: ({ program, slots }) => program.container(slots.need(Plan).open),
    }),
    step(restrict, {
      id: 'terminal.attach',
      before: ['user.become'],
      reads: [Plan],
      run: ({ program, slots }) => program.container(slots.need(Plan).attach),
    }),
    step(start, {
      id: 'signals.release',
      before: ['start.await'],
      run: ({ program }) => program.container(unblockSignals()),
    }),
    step(commit, {
      id: 'terminal.supervise',
      after: ['init.leave', 'state.publish'],
      reads: [Plan],
      run: ({ program, slots }) => program.host(slots.need(Plan).stay),
    }),
  ],
});

export default terminalPlugin;
