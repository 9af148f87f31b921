import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AT, CLONE, O } from '@standpipe/syscalls';
import {
  branch,
  buf,
  executableOf,
  FAILED,
  here,
  label,
  link,
  load,
  type Op,
  prologue,
  type Reg,
  reg,
  section,
  sys,
  undo,
  words,
} from '@standpipe/program';
import {
  beginSession,
  blockSignals,
  connectConsoleSocket,
  type ConsoleRegs,
  openConsoleChannel,
  planConsole,
  type PlanConsoleInput,
  planRelay,
  planSupervise,
  receiveConsole,
  sendConsole,
  unblockSignals,
} from '../src/index.js';

const origin = { plugin: 'test', step: 'container' };
const exitReporting: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [99])];

export interface ContainerSettings {
  /** What `sh -c` runs in it. */
  readonly script: string;
  readonly terminal?: boolean;
  readonly console?: Partial<PlanConsoleInput>;
  /** Where the terminal is sent to; nobody relays then. */
  readonly consoleSocket?: string;
  /** Ops of the container half before its console is opened. */
  readonly prepare?: (root: string) => Op[];
  /** Ops of the host half in place of those that stay with the container. */
  readonly stay?: (regs: ConsoleRegs & { pidfd: Reg; code: Reg }) => Op[];
  readonly stdio: StdioOptions;
  /** A program to start it with: `setsid -c` for a controlling terminal. */
  readonly wrapper?: readonly string[];
}

export interface RunningContainer {
  readonly child: ChildProcess;
  readonly root: string;
  readonly ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
}

/** Starts a process in namespaces of its own, with a devpts in an otherwise empty root, as a runtime would. */
export function startContainer(settings: ContainerSettings): RunningContainer {
  const top = mkdtempSync(join(tmpdir(), 'standpipe-terminal-'));
  const root = join(top, 'root');
  mkdirSync(join(root, 'dev/pts'), { recursive: true });
  const file = join(top, 'program');
  writeFileSync(file, containerProgram(settings, root), { mode: 0o755 });
  const [command = file, ...args]: readonly string[] = [...(settings.wrapper ?? []), file];
  const child = spawn(command, args, { stdio: settings.stdio });
  const result = { code: null as number | null, signal: null as string | null, stdout: '', stderr: '' };
  child.stdout?.setEncoding('latin1').on('data', (text: string) => (result.stdout += text));
  child.stderr?.setEncoding('latin1').on('data', (text: string) => (result.stderr += text));
  const ended = new Promise<typeof result>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      rmSync(top, { recursive: true });
      resolve({ ...result, code, signal });
    });
  });
  return { child, root, ended };
}

function containerProgram(
  { script, terminal = true, console: consoleInput, consoleSocket, prepare, stay }: ContainerSettings,
  rootPath: string,
): Uint8Array {
  const [pid, pidfd, code, root, master, peer] = [reg('pid'), reg('pidfd'), reg('code'), reg('root'), reg('master'), reg('peer')];
  const channel = { host: reg('channel'), container: reg('channel') };
  const cell = buf('pidfd cell', 4);
  const containerStart = label('container');
  const flags = CLONE.PIDFD | CLONE.NEWNS | CLONE.NEWPID;
  const relayed = terminal && consoleSocket === undefined;
  const regs = { master, peer, pidfd, code };
  const host: Op[] = [
    ...prologue(),
    ...blockSignals(),
    ...(consoleSocket === undefined ? openConsoleChannel(channel) : connectConsoleSocket(consoleSocket, channel.container)),
    undo([sys('pidfd_send_signal', [pidfd, 9, null, 0])]),
    sys('clone3', [words('clone_args', [flags, cell, 0, 0, 17, 0, 0, 0, 0, 0, 0]), 88], { to: pid, say: 'clone' }),
    branch(pid, '==', 0, containerStart),
    load(cell, 4, pidfd),
    sys('close', [channel.container], { unless: { errno: 'any' } }),
    ...(relayed ? receiveConsole(channel.host, master) : []),
    ...(stay?.(regs) ?? (relayed ? planRelay(regs) : planSupervise(regs))),
  ];
  const failed = label('failed');
  const hostEnd: Op[] = [branch(FAILED, '>=', 0, failed), sys('exit_group', [code]), here(failed), ...exitReporting];
  const plan = planConsole({ root, ...consoleInput }, regs);
  const container: Op[] = [
    sys('close', [channel.host], { unless: { errno: 'any' } }),
    ...beginSession(),
    sys('mount', [null, '/', null, 0x44000, null], { say: 'make mounts private' }),
    sys('mount', ['devpts', join(rootPath, 'dev/pts'), 'devpts', 0, 'newinstance,ptmxmode=0666,mode=0620'], { say: 'mount devpts' }),
    sys('openat', [AT.FDCWD, rootPath, O.PATH | O.DIRECTORY | O.CLOEXEC], { to: root, say: 'open the root' }),
    ...(prepare?.(rootPath) ?? []),
    ...(terminal ? [...plan.open, ...sendConsole(channel.container, master), ...plan.attach] : []),
    ...unblockSignals(),
    sys('execve', ['/bin/sh', words('argv', ['sh', '-c', script, null]), words('envp', ['PATH=/usr/bin:/bin', `ROOT=${rootPath}`, null])], {
      say: 'exec',
    }),
  ];
  return executableOf(
    link({
      sections: [
        section('host', label('host'), host, hostEnd, origin),
        section('container', containerStart, container, exitReporting, origin),
      ],
    }),
  );
}
