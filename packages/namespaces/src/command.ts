import {
  at,
  branch,
  buf,
  compute,
  executeCommand,
  here,
  jump,
  label,
  load,
  type Op,
  type ProgramSource,
  prologue,
  type Reg,
  reg,
  section,
  sys,
} from '@standpipe/program';
import { CLD, P, W } from '@standpipe/syscalls';
import { awaitContainer, sendFailure, sendReady } from './handshake.js';
import type { NamespaceKind } from './kinds.js';
import { bringUpLoopback } from './loopback.js';
import { planNamespaces, type PlanNamespacesInput } from './plan.js';
import { SIG_BLOCK, SIG_SETMASK, SIGCHLD, SIGSET_SIZE } from './signals.js';

export interface CommandInput extends PlanNamespacesInput {
  /** The command and its arguments. */
  readonly argv: readonly string[];
  /** Where a command without a slash is looked for. */
  readonly path: string;
  /** How many fds from 3 up the command gets. */
  readonly keepFds?: number | undefined;
}

const FAILED_TO_START = 125;
const MS_REC_PRIVATE = 0x4000 | 0x40000;
const origin = { plugin: 'namespaces', step: 'spawn' };

/** Plans a whole program that runs a command in namespaces: `spawnInNamespaces` tells what it does. */
export function planCommand(input: CommandInput): ProgramSource {
  const sync = { host: reg('sync'), container: reg('sync') };
  const regs = { sync, pid: reg('pid'), pidfd: reg('pidfd'), containerStart: label('container') };
  const plan = planNamespaces(input, regs);
  const makes = (kind: NamespaceKind): boolean => input.namespaces?.some(({ type, path }) => type === kind && path === undefined) === true;
  const host: Op[] = [
    ...prologue({ keepFds: input.keepFds ?? 0 }),
    changeSignalMask(SIG_BLOCK, allSignals),
    ...plan.host,
    ...plan.afterClone,
    ...plan.go,
    ...awaitContainer(sync),
    ...waitAndForward(regs.pidfd),
  ];
  const container: Op[] = [
    ...plan.container,
    ...(makes('network') ? bringUpLoopback(`${input.pointer ?? '/linux'}/namespaces`) : []),
    ...(makes('mount') ? [sys('mount', [null, '/', null, MS_REC_PRIVATE, null], { say: 'keep mounts in the new mount namespace' })] : []),
    changeSignalMask(SIG_SETMASK, noSignals),
    ...sendReady(sync),
    ...executeCommand(input.argv, input.path),
  ];
  const end: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [FAILED_TO_START])];
  return {
    sections: [
      section('host', label('host'), host, end, origin),
      section('container', regs.containerStart, container, sendFailure(sync), origin),
      ...plan.sections,
    ],
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
    sys('rt_sigtimedwait', [allSignals, info, null, SIGSET_SIZE], {
      to: signal,
      unless: { errno: ['EINTR'], goto: wait },
      say: 'wait for a signal',
    }),
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
