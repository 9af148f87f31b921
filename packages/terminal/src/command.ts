import {
  buf,
  branch,
  closeFd,
  executeCommand,
  FAILED,
  here,
  label,
  load,
  type Op,
  type ProgramSource,
  prologue,
  reg,
  section,
  sys,
  undo,
  words,
} from '@standpipe/program';
import { CLONE } from '@standpipe/syscalls';
import { openConsoleChannel, receiveConsole, sendConsole } from './console-channel.js';
import { attachTo, openMaster, openPeer } from './pair.js';
import { planRelay } from './relay.js';
import { beginSession } from './session.js';
import { blockSignals, SIG, unblockSignals } from './signals.js';
import { type ConsoleSize, planSize } from './size.js';

export interface CommandInput {
  /** The command and its arguments. */
  readonly argv: readonly string[];
  /** Where a command without a slash is looked for. */
  readonly path: string;
  readonly consoleSize?: ConsoleSize | undefined;
}

const FAILED_TO_START = 125;
const SIGKILL = 9;
const origin = { plugin: 'terminal', step: 'spawn' };

/** Plans a whole program that runs a command in a terminal: `spawnInTerminal` tells what it does. */
export function planCommand(input: CommandInput): ProgramSource {
  const [pid, pidfd, code, master, peer] = [reg('pid'), reg('pidfd'), reg('code'), reg('master'), reg('terminal')];
  const channel = { host: reg('channel'), container: reg('channel') };
  const cell = buf('pidfd cell', 4);
  const inside = label('command');
  const done = label('nothing failed');
  const report: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [FAILED_TO_START])];
  const host: Op[] = [
    ...prologue({ keepFds: 0 }),
    ...blockSignals(),
    ...openConsoleChannel(channel),
    undo([sys('pidfd_send_signal', [pidfd, SIGKILL, null, 0])]),
    sys('clone3', [words('clone_args', [CLONE.PIDFD, cell, 0, 0, SIG.CHLD, 0, 0, 0, 0, 0, 0]), 88], {
      to: pid,
      say: 'make a process for the command',
    }),
    branch(pid, '==', 0, inside),
    load(cell, 4, pidfd),
    closeFd(channel.container),
    ...receiveConsole(channel.host, master),
    ...planRelay({ master, pidfd, code }),
  ];
  const command: Op[] = [
    closeFd(channel.host),
    ...beginSession(),
    openMaster(master),
    ...openPeer({ master, peer }, {}),
    ...planSize(master, input.consoleSize, ''),
    ...sendConsole(channel.container, master),
    ...attachTo(peer, {}),
    ...unblockSignals(),
    ...executeCommand(input.argv, input.path),
  ];
  return {
    sections: [
      section('host', label('host'), host, [branch(FAILED, '<', 0, done), ...report, here(done), sys('exit_group', [code])], origin),
      section('command', inside, command, report, origin),
    ],
  };
}
