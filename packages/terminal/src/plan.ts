import { closeFd, type Op, type Reg, reg } from '@standpipe/program';
import { connectConsoleSocket, openConsoleChannel, receiveConsole, sendConsole } from './console-channel.js';
import { planConsole } from './console.js';
import { consoleSocketMissing, consoleSocketUnused } from './errors.js';
import { planRelay } from './relay.js';
import { beginSession } from './session.js';
import type { ConsoleSize } from './size.js';
import { planSupervise, type SuperviseRegs } from './supervise.js';

/** The parts of `process` that the terminal is made from. */
export interface TerminalProcess {
  readonly terminal?: boolean | undefined;
  readonly consoleSize?: ConsoleSize | undefined;
  readonly user?: { readonly uid: number } | undefined;
}

export interface PlanTerminalSettings {
  /** The host half leaves as soon as the process runs. */
  readonly detach?: boolean | undefined;
  /** Path of the socket of who wants the terminal. When left out the host half relays. */
  readonly consoleSocket?: string | undefined;
  /** Where `process` lies in the config; `/process` when left out. */
  readonly pointer?: string | undefined;
}

export interface TerminalRegs extends SuperviseRegs {
  /** The container half's fd of its root filesystem. Left out for a process that joins a container. */
  readonly root?: Reg | undefined;
}

/** A container's terminal, or that it has none: parts of both halves, in the order in which they run. */
export interface TerminalPlan {
  /** Host, before the clone: the way by which the terminal will come out. */
  readonly connect: Op[];
  /** Host, after the clone. */
  readonly host: Op[];
  /** Container, first of all: a session of its own. */
  readonly container: Op[];
  /** Container, with its devpts mounted and before pivot_root, or once it has joined: makes the terminal, binds it to /dev/console, sends it out. */
  readonly open: Op[];
  /** Container, before its user changes: the terminal becomes its standard streams. */
  readonly attach: Op[];
  /** Host, once the process runs: stays until it has ended. */
  readonly stay: Op[];
}

/**
 * Plans who reads and writes a container's standard streams, and who waits for it.
 *
 * @throws PlumbingError `CONSOLE_SOCKET_NEEDED`, `CONSOLE_SOCKET_UNUSED`, `CONSOLE_SOCKET_INVALID`; SpecError for a size that a terminal can't have
 */
export function planTerminal(process: TerminalProcess, settings: PlanTerminalSettings, regs: TerminalRegs): TerminalPlan {
  const { detach = false, consoleSocket, pointer = '/process' } = settings;
  const stay = detach ? [] : planSupervise(regs);
  if (process.terminal !== true) {
    if (consoleSocket !== undefined) throw consoleSocketUnused();
    return { connect: [], host: [], container: beginSession(), open: [], attach: [], stay };
  }
  if (detach && consoleSocket === undefined) throw consoleSocketMissing();

  const [master, peer] = [reg('terminal master'), reg('terminal')];
  const socket = { host: reg('console channel of the host'), container: reg('console channel of the container') };
  const { open, attach } = planConsole({ ...process, root: regs.root, uid: process.user?.uid, pointer }, { master, peer });
  const asked = `${pointer}/terminal`;
  return {
    connect: consoleSocket === undefined ? openConsoleChannel(socket) : connectConsoleSocket(consoleSocket, socket.container),
    // Each half closes the other's end, or it would never see that the other is gone.
    host: [closeFd(socket.container)],
    container: [closeFd(socket.host), ...beginSession()],
    open: [...open, ...sendConsole(socket.container, master, asked)],
    attach,
    stay: consoleSocket === undefined ? [...receiveConsole(socket.host, master, asked), ...planRelay({ ...regs, master })] : stay,
  };
}
