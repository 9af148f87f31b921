import { AT, CLONE, CLOSE_RANGE, errnoNumber, PR } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  ERRNO,
  here,
  type Label,
  label,
  load,
  type Op,
  type Reg,
  reg,
  resetSignals,
  section,
  type Section,
  store,
  sys,
} from '@standpipe/program';
import { type Pipe, pipe } from './pipe.js';
import { SIGCHLD, SIGKILL } from './signals.js';

const ENOENT = errnoNumber('ENOENT') ?? 0;
const FD_MAX = 0xffff_ffff;
const NOT_EXECUTED = 127;
const origin = { plugin: 'hooks', step: 'run' };

/** What the process of a hook finds in registers. The hooks of a list are run by one section, one after the other. */
export interface HookProcess {
  readonly start: Label;
  readonly path: Reg;
  readonly argv: Reg;
  readonly envp: Reg;
  /** The pid of who runs it. */
  readonly parent: Reg;
  readonly stdin: Pipe;
  readonly output: Pipe;
  /** By which it tells that it could not become the hook. */
  readonly failure: Pipe;
  readonly pid: Reg;
  readonly pidfd: Reg;
}

export function hookProcess(): HookProcess {
  return {
    start: label('hook'),
    path: reg('path'),
    argv: reg('argv'),
    envp: reg('envp'),
    parent: reg('own pid'),
    stdin: pipe('state'),
    output: pipe('output'),
    failure: pipe('failure'),
    pid: reg('hook'),
    pidfd: reg('hook pidfd'),
  };
}

/** Clones it. By clone(2), which a container's seccomp filter may allow where it can't look into the arguments of clone3. */
export function cloneHook({ start, pid, pidfd }: HookProcess, notes: { readonly say: string; readonly pointer: string }): Op[] {
  const cell = buf('pidfd', 4);
  return [
    sys('clone', [CLONE.PIDFD | SIGCHLD, null, cell, null, null], { to: pid, ...notes }),
    branch(pid, '==', 0, start),
    load(cell, 4, pidfd),
  ];
}

/** Dies with the process that made this one. @man PR_SET_PDEATHSIG(2const) */
export function dieWith(parent: Reg): Op[] {
  const found = reg('parent');
  const alive = label('parent alive');
  return [
    sys('prctl', [PR.SET_PDEATHSIG, SIGKILL, 0, 0, 0], { say: 'tie the hook to who runs it' }),
    sys('getppid', [], { to: found }),
    branch(found, '==', parent, alive),
    sys('exit_group', [1]),
    here(alive),
  ];
}

/**
 * The process of a hook, up to execve(2): a session of its own and so no controlling terminal, the state on standard input, one pipe
 * for its output, no other fd, signals as they are by default.
 */
export function hookSection(process: HookProcess, cwd: Reg | string | undefined): Section {
  const { start, path, argv, envp, parent, stdin, output, failure } = process;
  const standard = (from: Reg, to: number): Op => sys('dup3', [from, to, 0], { say: 'set up standard streams' });
  const ops: Op[] = [
    sys('setsid', [], { say: 'begin a session' }),
    ...dieWith(parent),
    ...(cwd === undefined ? [] : [sys(typeof cwd === 'string' ? 'chdir' : 'fchdir', [cwd], { say: 'change to the working directory' })]),
    standard(stdin.read, 0),
    standard(output.write, 1),
    standard(output.write, 2),
    // Not closed at once: if execve fails there is something to tell.
    sys('close_range', [3, FD_MAX, CLOSE_RANGE.CLOEXEC], { say: 'close file descriptors' }),
    ...resetSignals(),
    sys('execve', [path, argv, envp], { say: 'execute the hook' }),
  ];
  return section('hook', start, ops, tellFailure(path, failure.write), origin);
}

/** What stands in the failure pipe: the errno, and 1 when the file is there and it is its interpreter or loader that is missing. */
const FAILURE_SIZE = 8;

function tellFailure(path: Reg, fd: Reg): Op[] {
  const message = buf('failure', FAILURE_SIZE);
  const tell = label('tell');
  return [
    store(message, 4, ERRNO),
    branch(ERRNO, '!=', ENOENT, tell),
    sys('faccessat', [AT.FDCWD, path, 0], { unless: { errno: 'any', goto: tell } }),
    store(at(message, 4), 4, 1),
    here(tell),
    sys('write', [fd, message, FAILURE_SIZE]),
    sys('exit_group', [NOT_EXECUTED]),
  ];
}

/** After it has ended: gets the errno for which it could not become the hook, or goes to `ran`. */
export function readFailure({ read }: Pipe, regs: { readonly errno: Reg; readonly interpreter: Reg }, ran: Label): Op[] {
  const message = buf('failure', FAILURE_SIZE);
  return [
    sys('read', [read, message, FAILURE_SIZE], { unless: { errno: 'any', goto: ran } }),
    load(message, 4, regs.errno),
    load(at(message, 4), 4, regs.interpreter),
  ];
}
