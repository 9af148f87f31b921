import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { awaitExec, awaitReady, disarmParentDeath, sendFailure, sendReady } from '@standpipe/namespaces';
import { prologue, type Reg, reg, sealSelf, set, sys } from '@standpipe/program';
import { createPipeline, HonouredSpec, StartGate } from '@standpipe/runtime-api';
import { notHonoured, notStartable } from '../errors.js';
import { awaitStart } from './await-start.js';
import { writePidFile } from './pid-file.js';
import { exitWithReport } from './report.js';
import { unhonoured } from './spec-support.js';

/** 1 once the container half was about to execute the user's command. */
const Executing = slot<Reg>('init.executing');

/** What every container needs around the plugins' steps: how its two processes begin, meet, and end. */
export const corePlugin: Plugin = definePlugin({
  id: 'core',
  api: 1,
  requires: { honoured: HonouredSpec },
  declare: ({ step }) => [
    step(createPipeline.phase.validate, {
      id: 'spec.weigh',
      run({ spec, settings, warnings }, { honoured }) {
        const issues = unhonoured(spec, honoured);
        if (settings.strict && issues.length > 0) throw notHonoured(issues);
        warnings.push(...issues);
      },
    }),
    step(createPipeline.phase.prepare, {
      id: 'init.begin',
      writes: [Executing],
      run({ program, settings, regs, slots }) {
        const executing = reg('executing');
        slots.set(Executing, executing);
        program.begin(() => {
          const controlFds = program.callbacks.length > 0 ? 1 : 0;
          return [...(settings.standalone ? sealSelf() : []), ...prologue({ keepFds: settings.preserveFds + controlFds })];
        });
        program.end('host', exitWithReport(settings, { code: regs.code, executing }, new Date()));
        program.end('container', sendFailure(regs.sync));
      },
    }),
    step(createPipeline.phase.start, {
      id: 'start.await',
      reads: [StartGate],
      run({ program, regs, settings, slots }) {
        if (settings.hold !== true) return;
        const gate = slots.get(StartGate);
        if (gate === undefined) throw notStartable();
        program.container(awaitStart(gate, { sync: regs.sync, preserveFds: settings.preserveFds }));
        program.end('container', [...gate.tell, ...sendFailure(regs.sync)]);
      },
    }),
    step(createPipeline.phase.commit, {
      id: 'init.ready',
      before: ['process.exec'],
      run({ program, regs, settings }) {
        if (settings.hold !== true) program.container([...disarmParentDeath(), ...sendReady(regs.sync)]);
      },
    }),
    step(createPipeline.phase.commit, {
      id: 'init.await',
      after: ['process.exec'],
      reads: [Executing],
      run({ program, regs, slots, settings }) {
        const executing = slots.need(Executing);
        program.host(awaitReady(regs.sync));
        if (settings.hold !== true) program.host([set(executing, 1), ...awaitExec(regs.sync), set(executing, 0)]);
        if (settings.pidFile !== undefined) program.host(writePidFile(settings.pidFile, regs.pid));
      },
    }),
    step(createPipeline.phase.commit, {
      id: 'init.leave',
      after: ['init.await'],
      before: ['terminal.supervise'],
      run({ program, settings }) {
        // The container goes on without us: no undo runs, its state stays.
        if (settings.detach) program.host([sys('exit_group', [0])]);
      },
    }),
  ],
});
