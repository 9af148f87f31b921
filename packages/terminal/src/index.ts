/**
 * The terminal of a container, and who stays with it.
 *
 * `planTerminal` gives the parts of a container's program. Inside, a pseudo terminal is made on the container's
 * own devpts, bound to /dev/console, and given to the process. Its master comes out through a socket;
 * outside, the host half carries bytes between it and the user's terminal, or someone else does who is
 * listening at a console socket. A container without a terminal has the standard streams for itself, and is waited for.
 *
 * ```
 * host       blockSignals  connect  (clone)  host  …            stay
 * container                                  container  …  open  …  attach  …  unblockSignals  (execve)
 * ```
 *
 * All of it is ops: no JavaScript needs to be there while the container runs. What execve(2) kept from whoever
 * started the program is undone before all that, by its `prologue`. The parts are there one by one as well.
 *
 * @packageDocumentation
 */
export { connectConsoleSocket, type ConsoleChannel, openConsoleChannel, receiveConsole, sendConsole } from './console-channel.js';
export { type ConsolePlan, planConsole, type PlanConsoleInput } from './console.js';
export type { ConsoleRegs } from './pair.js';
export type { ConsoleSize } from './size.js';
export { spawnInTerminal, type SpawnInTerminalOptions } from './spawn.js';
export { planTerminal, type PlanTerminalSettings, type TerminalPlan, type TerminalProcess, type TerminalRegs } from './plan.js';
export { planRelay, type RelayRegs } from './relay.js';
export { beginSession } from './session.js';
export { blockSignals, unblockSignals } from './signals.js';
export { planSupervise, type SuperviseRegs } from './supervise.js';
export { probeTerminal } from './probe.js';
