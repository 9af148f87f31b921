import { armParentDeath, type Channel } from '@standpipe/namespaces';
import { at, branch, buf, closeFd, closeFrom, compute, here, jump, label, load, type Op, reg, set, sys, words } from '@standpipe/program';
import { CLD, CLONE, P, signalNumber, W } from '@standpipe/syscalls';

const SIGCHLD = signalNumber('SIGCHLD') ?? 0;
const SIGSET_SIZE = 8;
const SIGINFO_SIZE = 128;
const siginfo = { code: 8, pid: 16, status: 24 } as const;
const allSignals = new Uint8Array(SIGSET_SIZE).fill(0xff);
const FIRST_FREE_FD = 3;

/**
 * Divides the container's process in two: the command goes on behind these ops, in a child, and pid 1 stays with it.
 *
 * A command that is pid 1 itself would not end by a signal it has no handler for, Ctrl-C least of all, and would have to reap
 * the orphans of its namespace. Here pid 1 reaps, passes on what is sent to it, and ends as the command does; and
 * the sandbox ends when the process outside does.
 *
 * Signals must be held back. All privileges must be given up: it has those of the command.
 *
 * @man pid_namespaces(7)
 */
export function planReaper(sync: Channel): Op[] {
  const [pid, pidfd] = [reg('command'), reg('command pidfd')];
  const cell = buf('pidfd', 4);
  const args = words('clone_args', [CLONE.PIDFD, cell, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0]);
  const command = label('command');
  return [
    sys('clone3', [args, args.size], { to: pid, say: 'make the process that the command runs in' }),
    branch(pid, '==', 0, command),
    load(cell, 4, pidfd),
    ...armParentDeath(sync),
    // The command has its end of the channel for itself now, and closes it by execve.
    closeFd(sync.container),
    ...keepOnly(pidfd),
    ...stayWith({ pid, pidfd }),
    here(command),
  ];
}

/** Nothing of pid 1 is of use to the command, which can look into it. */
function keepOnly(fd: ReturnType<typeof reg>): Op[] {
  const there = label('fd in place');
  return [
    branch(fd, '==', FIRST_FREE_FD, there),
    sys('dup3', [fd, FIRST_FREE_FD, 0], { say: "keep the command's pidfd" }),
    set(fd, FIRST_FREE_FD),
    here(there),
    closeFrom(FIRST_FREE_FD + 1),
  ];
}

function stayWith({ pid, pidfd }: Readonly<Record<'pid' | 'pidfd', ReturnType<typeof reg>>>): Op[] {
  const info = buf('siginfo', SIGINFO_SIZE);
  const [signal, value, code] = [reg('signal'), reg('siginfo'), reg('code')];
  const [wait, reap, ended, exit] = [label('wait for a signal'), label('reap'), label('command ended'), label('exit')];
  return [
    here(reap),
    sys('waitid', [P.ALL, 0, info, W.EXITED | W.NOHANG, null], { say: 'wait for processes of the sandbox' }),
    load(at(info, siginfo.pid), 4, value),
    branch(value, '==', pid, ended),
    branch(value, '!=', 0, reap),
    here(wait),
    sys('rt_sigtimedwait', [allSignals, info, null, SIGSET_SIZE], {
      to: signal,
      unless: { errno: ['EINTR', 'EAGAIN'], goto: wait },
      say: 'wait for a signal',
    }),
    branch(signal, '==', SIGCHLD, reap),
    // What a terminal sends goes to all of its foreground processes, so the command has it already.
    load(at(info, siginfo.code), 4, value),
    branch(value, '>=', 1, wait),
    sys('pidfd_send_signal', [pidfd, signal, null, 0], { unless: { errno: 'any' } }),
    jump(wait),
    here(ended),
    load(at(info, siginfo.status), 4, code),
    load(at(info, siginfo.code), 4, value),
    branch(value, '==', CLD.EXITED, exit),
    compute(code, code, '+', 128),
    here(exit),
    sys('exit_group', [code]),
  ];
}
