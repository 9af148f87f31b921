/**
 * The terminal of a container, and who stays with it.
 *
 * Inside, `planConsole` makes a pseudo terminal on the container's own devpts, binds it to /dev/console and
 * gives it to the process. Its master comes out through a socket; outside, `planRelay` carries bytes
 * between it and the user's terminal. A container without a terminal is stayed with by `planSupervise`.
 *
 * ```
 * host       blockSignals  openConsoleChannel  (clone)  …  receiveConsole  planRelay
 * container  beginSession  planConsole.open  sendConsole  planConsole.attach  unblockSignals  (execve)
 * ```
 *
 * All of it is ops: no JavaScript needs to be there while the container runs. What execve(2) kept from whoever
 * started the program is undone before all that, by its `prologue`.
 *
 * @packageDocumentation
 */
export { connectConsoleSocket, type ConsoleChannel, openConsoleChannel, receiveConsole, sendConsole } from './console-channel.js';
export { type ConsolePlan, type ConsoleRegs, planConsole, type PlanConsoleInput } from './console.js';
export { planRelay, type RelayRegs } from './relay.js';
export { receiveFd, sendFd } from './scm-rights.js';
export { beginSession } from './session.js';
export { blockSignals, unblockSignals } from './signals.js';
export { planSupervise, type SuperviseRegs } from './supervise.js';
