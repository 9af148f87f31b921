/**
 * The terminal and signals of a process, and who stays with it: in the create and exec pipelines.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { HonouredSpec, HostChecks, processPhases } from '@standpipe/runtime-api';
import { blockSignals, planTerminal, probeTerminal, type TerminalPlan, unblockSignals } from '@standpipe/terminal';

const Plan = slot<TerminalPlan>('terminal.plan');

export const terminalPlugin: Plugin = definePlugin({
  id: 'terminal',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/process/terminal'] })),
    extend(HostChecks, () => () => probeTerminal()),
    ...processPhases.flatMap(({ prepare, isolate, devices, restrict, start, commit }) => [
      step(prepare, {
        id: 'signals.hold',
        after: ['init.begin'],
        run: ({ program }) => program.host(blockSignals()),
      }),
      step(prepare, {
        id: 'terminal.connect',
        after: ['signals.hold', 'state.make'],
        writes: [Plan],
        run({ process, settings, container, program, regs, slots }) {
          const plan = planTerminal(process, settings, { ...regs, root: container === undefined ? regs.root : undefined });
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
    ]),
  ],
});

export default terminalPlugin;
