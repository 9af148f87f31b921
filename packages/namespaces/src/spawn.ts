import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import {
  at,
  branch,
  buf,
  compute,
  ENVP,
  executableOf,
  here,
  jump,
  label,
  link,
  load,
  type Op,
  prologue,
  raise,
  type Reg,
  reg,
  sealedExecutable,
  section,
  sys,
  words,
} from '@standpipe/program';
import { CLD, openPort, P, syscallNumber, W } from '@standpipe/syscalls';
import { awaitContainer, sendFailure, sendReady } from './handshake.js';
import type { NamespacesInput } from './input.js';
import type { OrdinaryUser } from './map-writer.js';
import { findIdMapHelpers, ordinaryUserMappings } from './ordinary-user.js';
import { planNamespaces } from './plan.js';
import { SIG_BLOCK, SIG_SETMASK, SIGCHLD, SIGSET_SIZE } from './signals.js';

export interface SpawnInNamespacesOptions extends NamespacesInput {
  /** The default is this process's. */
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** As for Node's `spawn`; the default is `pipe`. */
  readonly stdio?: StdioOptions | undefined;
}

const FAILED_TO_START = 125;
const MS_REC_PRIVATE = 0x4000 | 0x40000;
const origin = { plugin: 'namespaces', step: 'spawn' };

/**
 * Runs a command in namespaces, new ones and ones that exist. As root or, with a user namespace among the new ones, as
 * anyone; its ids are mapped by `ordinaryUserMappings` when nothing else is said.
 *
 * The child is standpipe-init, which waits for the command: it passes on what signals it gets, exits with the command's code
 * (128 and the number for a signal), and the command dies with it. When the command could not be started it says why on its
 * standard error and exits with 125.
 *
 * What is mounted in a new mount namespace stays in there. /proc is that of outside until the command mounts its own.
 *
 * @throws SpecError for namespaces that can't be; SyscallError
 */
export function spawnInNamespaces(command: string, args: readonly string[], options: SpawnInNamespacesOptions): ChildProcess {
  const { cwd, env = process.env, stdio = 'pipe' } = options;
  const port = openPort();
  const fd = sealedExecutable(port, executableOf(programOf([command, ...args], options)));
  try {
    // The child has our fds until it has opened this path, and `spawn` comes back after that.
    return spawn(`/proc/self/fd/${String(fd)}`, [], { argv0: 'standpipe-init', cwd, env, stdio });
  } finally {
    port.syscall(syscallNumber('close'), fd);
  }
}

function programOf(argv: readonly string[], options: SpawnInNamespacesOptions): ReturnType<typeof link> {
  const { env = process.env, stdio } = options;
  const sync = { host: reg('sync'), container: reg('sync') };
  const regs = { sync, pid: reg('pid'), pidfd: reg('pidfd'), containerStart: label('container') };
  const plan = planNamespaces({ ...withMappings(options), ...ourselves(), origin }, regs);
  const keepFds = Array.isArray(stdio) ? Math.max(0, stdio.length - 3) : 0;
  const newMounts = options.namespaces?.some(({ type, path }) => type === 'mount' && path === undefined) === true;

  const host: Op[] = [
    ...prologue({ keepFds }),
    changeSignalMask(SIG_BLOCK, allSignals),
    ...plan.host,
    ...plan.afterClone,
    ...plan.go,
    ...awaitContainer(sync),
    ...waitAndForward(regs.pidfd),
  ];
  const container: Op[] = [
    ...plan.container,
    ...(newMounts ? [sys('mount', [null, '/', null, MS_REC_PRIVATE, null], { say: 'keep mounts in the new mount namespace' })] : []),
    changeSignalMask(SIG_SETMASK, noSignals),
    ...sendReady(sync),
    ...execute(argv, env),
  ];
  const end: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [FAILED_TO_START])];
  return link({
    sections: [
      section('host', label('host'), host, end, origin),
      section('container', regs.containerStart, container, sendFailure(sync), origin),
      ...plan.sections,
    ],
  });
}

function withMappings(input: NamespacesInput): NamespacesInput {
  const newUser = input.namespaces?.some(({ type, path }) => type === 'user' && path === undefined) === true;
  return newUser ? { ...ordinaryUserMappings(), ...input } : input;
}

function ourselves(): { rootless: OrdinaryUser | undefined; setgroupsDenied: boolean } {
  const [euid = 0, egid = 0] = [process.geteuid?.(), process.getegid?.()];
  return {
    rootless: euid === 0 ? undefined : { euid, egid, ...findIdMapHelpers() },
    setgroupsDenied: readFileSync('/proc/self/setgroups', 'utf8').trim() === 'deny',
  };
}

const allSignals = new Uint8Array(SIGSET_SIZE).fill(0xff);
const noSignals = new Uint8Array(SIGSET_SIZE);

function changeSignalMask(how: number, signals: Uint8Array): Op {
  return sys('rt_sigprocmask', [how, signals, null, SIGSET_SIZE], { say: 'change the signal mask' });
}

/** Passes signals on until the process has ended, and exits as it did. What a terminal sends reaches the command by itself. */
function waitAndForward(pidfd: Reg): Op[] {
  const info = buf('siginfo', 128);
  const [signal, code, status] = [reg('signal'), reg('si_code'), reg('si_status')];
  const [wait, look, exited] = [label('wait'), label('look'), label('exited')];
  return [
    jump(look),
    here(wait),
    sys('rt_sigtimedwait', [allSignals, info, null, SIGSET_SIZE], { to: signal, unless: { errno: ['EINTR'], goto: wait }, say: 'wait for a signal' }),
    branch(signal, '==', SIGCHLD, look),
    load(at(info, 8), 4, code),
    branch(code, '>=', 1, wait), // the kernel's own, for the whole foreground process group
    sys('pidfd_send_signal', [pidfd, signal, null, 0], { unless: { errno: 'any' } }),
    jump(wait),
    here(look),
    sys('waitid', [P.PIDFD, pidfd, info, W.EXITED | W.NOHANG, null], { say: 'wait for the command' }),
    load(info, 4, signal),
    branch(signal, '==', 0, wait),
    load(at(info, 8), 4, code),
    load(at(info, 24), 4, status),
    branch(code, '==', CLD.EXITED, exited),
    compute(status, status, '+', 128),
    here(exited),
    sys('exit_group', [status], { say: 'end as the command did' }),
  ];
}

function execute(argv: readonly string[], env: NodeJS.ProcessEnv): Op[] {
  const [command = ''] = argv;
  const argv_ = words('argv', [...argv, null]);
  const say = `run ${JSON.stringify(command)}`;
  if (command.includes('/')) return [sys('execve', [command, argv_, ENVP], { say })];
  const folders = (env['PATH'] ?? '/usr/bin:/bin').split(delimiter).filter((folder) => folder !== '');
  return [
    ...folders.map((folder) => sys('execve', [`${folder}/${command}`, argv_, ENVP], { unless: { errno: ['ENOENT', 'ENOTDIR', 'EACCES'] }, say })),
    raise(`${say}: it is not in PATH`),
  ];
}
