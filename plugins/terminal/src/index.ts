/**
 * The terminal and signals in the create pipeline, and who stays with the container.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { closeFd, type Reg, reg } from '@standpipe/program';
import { type CreateContext, createPipeline, HonouredSpec } from '@standpipe/runtime-api';
import {
  beginSession,
  blockSignals,
  connectConsoleSocket,
  type ConsolePlan,
  openConsoleChannel,
  planConsole,
  planRelay,
  planSupervise,
  receiveConsole,
  sendConsole,
  unblockSignals,
} from '@standpipe/terminal';
import { consoleSocketMissing, consoleSocketUnused } from './errors.js';

/** The container's terminal, and the socket that it leaves the container by. */
interface Console {
  readonly plan: ConsolePlan;
  readonly master: Reg;
  readonly socket: { readonly host: Reg; readonly container: Reg };
  /** It comes to our own host half, which relays; else it goes to who listens at the console socket. */
  readonly relayed: boolean;
}

const Terminal = slot<Console>('terminal.console');

export const terminalPlugin: Plugin = definePlugin({
  id: 'terminal',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/process/terminal'] })),
    step(createPipeline.phase.prepare, {
      id: 'signals.hold',
      after: ['init.begin'],
      run: ({ program }) => program.host(blockSignals()),
    }),
    step(createPipeline.phase.prepare, {
      id: 'terminal.connect',
      after: ['signals.hold', 'state.make'],
      writes: [Terminal],
      run(context) {
        const terminal = consoleOf(context);
        if (terminal === undefined) return;
        context.slots.set(Terminal, terminal);
        const { consoleSocket } = context.settings;
        context.program.host(
          consoleSocket === undefined
            ? openConsoleChannel(terminal.socket)
            : connectConsoleSocket(consoleSocket, terminal.socket.container),
        );
      },
    }),
    step(createPipeline.phase.isolate, {
      id: 'session.begin',
      after: ['namespaces.clone'],
      reads: [Terminal],
      run({ program, slots }) {
        program.container(beginSession());
        const socket = slots.get(Terminal)?.socket;
        // Each half closes the other's end, or it would never see the end of file.
        if (socket === undefined) return;
        program.host([closeFd(socket.container)]);
        program.container([closeFd(socket.host)]);
      },
    }),
    step(createPipeline.phase.devices, {
      id: 'terminal.open',
      after: ['devices.make'],
      reads: [Terminal],
      run({ program, slots }) {
        const terminal = slots.get(Terminal);
        if (terminal === undefined) return;
        const { plan, socket, master } = terminal;
        program.container([...plan.open, ...sendConsole(socket.container, master, '/process/terminal')]);
      },
    }),
    step(createPipeline.phase.restrict, {
      id: 'terminal.attach',
      before: ['user.become'],
      reads: [Terminal],
      run: ({ program, slots }) => program.container(slots.get(Terminal)?.plan.attach ?? []),
    }),
    step(createPipeline.phase.commit, {
      id: 'signals.release',
      before: ['process.exec'],
      run: ({ program }) => program.container(unblockSignals()),
    }),
    step(createPipeline.phase.commit, {
      id: 'terminal.supervise',
      after: ['init.leave', 'state.publish'],
      reads: [Terminal],
      run({ settings, program, regs, slots }) {
        if (settings.detach) return;
        const terminal = slots.get(Terminal);
        if (terminal?.relayed === true) {
          const { socket, master } = terminal;
          program.host([...receiveConsole(socket.host, master, '/process/terminal'), ...planRelay({ ...regs, master })]);
        } else program.host(planSupervise(regs));
      },
    }),
  ],
});

function consoleOf({ spec, settings, regs }: CreateContext): Console | undefined {
  const { detach, consoleSocket } = settings;
  const { terminal = false, consoleSize, user } = spec.process ?? {};
  if (!terminal && consoleSocket !== undefined) throw consoleSocketUnused();
  if (!terminal) return undefined;
  if (detach && consoleSocket === undefined) throw consoleSocketMissing();
  const [master, peer] = [reg('terminal master'), reg('terminal')];
  return {
    plan: planConsole({ root: regs.root, consoleSize, uid: user?.uid }, { master, peer }),
    master,
    socket: { host: reg('console host end'), container: reg('console container end') },
    relayed: consoleSocket === undefined,
  };
}

export default terminalPlugin;
