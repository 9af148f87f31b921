import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  awaitExec,
  awaitGo,
  awaitReached,
  awaitReady,
  disarmParentDeath,
  handFd,
  sendFailure,
  sendGo,
  sendReached,
  sendReady,
  takeFd,
} from '@standpipe/namespaces';
import { closeFd, prologue, type Reg, reg, sealSelf, set, sys } from '@standpipe/program';
import {
  createPipeline,
  execPipeline,
  FdPassage,
  HonouredSpec,
  HostChecks,
  Meeting,
  processPhases,
  StartGate,
} from '@standpipe/runtime-api';
import { probeKernel } from '../doctor/kernel.js';
import { probeSecurity } from '../doctor/security.js';
import { probeTools } from '../doctor/tools.js';
import { notHonoured, notStartable } from '../errors.js';
import { awaitStart } from './await-start.js';
import { writePidFile } from './pid-file.js';
import { connectPidfdSocket, sendPidfd } from './pidfd-socket.js';
import { exitWithReport } from './report.js';
import { unhonoured } from './spec-support.js';

/** 1 once the container half was about to execute the user's command. */
const Executing = slot<Reg>('init.executing');
/** Connected to who wants the process's pidfd. */
const PidfdSocket = slot<Reg>('pidfd.socket');

/** What every container needs around the plugins' steps: how its two processes begin, meet, and end. */
export const corePlugin: Plugin = definePlugin({
  id: 'core',
  api: 1,
  requires: { honoured: HonouredSpec },
  declare: ({ extend, step }) => [
    extend(HostChecks, () => ({ facts }) => [...probeKernel(), ...probeSecurity(facts), ...probeTools(facts)]),
    step(createPipeline.phase.validate, {
      id: 'spec.weigh',
      run({ spec, settings, warnings }, { honoured }) {
        const issues = unhonoured(spec, honoured);
        if (settings.strict && issues.length > 0) throw notHonoured(issues, 'run without --strict');
        warnings.push(...issues);
      },
    }),
    step(execPipeline.phase.validate, {
      id: 'spec.weigh',
      run({ process, settings: { strict, insisted = [] }, warnings }, { honoured }) {
        const issues = unhonoured({ process }, honoured);
        const refused = issues.filter(({ pointer }) => strict || insisted.includes(pointer));
        if (refused.length > 0) throw notHonoured(refused, 'leave out the options that ask for it');
        warnings.push(...issues);
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
    ...processPhases.flatMap(({ prepare, admit, commit }) => [
      step(prepare, {
        id: 'init.begin',
        writes: [Executing, FdPassage, Meeting],
        run({ program, settings, regs, slots }) {
          const executing = reg('executing');
          slots.set(Executing, executing);
          slots.set(FdPassage, {
            hand: (fd, what) => handFd(regs.sync, fd, what),
            take: (to, what) => takeFd(regs.sync, to, what),
            wait: (fd) => [closeFd(fd), ...awaitGo(regs.sync)],
            release: sendGo(regs.sync),
          });
          slots.set(Meeting, {
            reach: () => sendReached(regs.sync),
            hold: (ops) => [...awaitReached(regs.sync), ...ops, ...sendGo(regs.sync)],
          });
          program.begin(() => {
            const controlFds = program.hasControl ? 1 : 0;
            return [...(settings.standalone ? sealSelf() : []), ...prologue({ keepFds: settings.preserveFds + controlFds })];
          });
          const control = settings.onCreated === undefined ? undefined : program.controlFd;
          program.end('host', exitWithReport({ ...settings, control }, { code: regs.code, executing }, new Date()));
          program.end('container', sendFailure(regs.sync));
        },
      }),
      step(commit, {
        id: 'init.ready',
        before: ['process.exec'],
        run({ program, regs, settings }) {
          if (settings.hold !== true) program.container([...disarmParentDeath(), ...sendReady(regs.sync)]);
        },
      }),
      step(commit, {
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
      step(admit, {
        id: 'pidfd.connect',
        writes: [PidfdSocket],
        run({ program, settings: { pidfdSocket }, slots }) {
          if (pidfdSocket === undefined) return;
          const socket = reg('pidfd socket');
          slots.set(PidfdSocket, socket);
          program.host(connectPidfdSocket(pidfdSocket, socket));
        },
      }),
      step(commit, {
        id: 'pidfd.send',
        after: ['init.await'],
        before: ['init.leave', 'state.publish', 'terminal.supervise'],
        reads: [PidfdSocket],
        run({ program, container, regs, slots }) {
          const socket = slots.get(PidfdSocket);
          if (socket !== undefined) program.host(sendPidfd(socket, regs.pidfd, container === undefined ? 'standard' : 'setns'));
        },
      }),
      step(commit, {
        id: 'init.leave',
        after: ['init.await', 'state.publish'],
        before: ['terminal.supervise'],
        run({ program, settings }) {
          if (settings.onCreated !== undefined) program.callback(settings.onCreated);
          // The container goes on without us: no undo runs, its state stays.
          if (settings.detach) program.host([sys('exit_group', [0])]);
        },
      }),
    ]),
  ],
});
