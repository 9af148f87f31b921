import { CLD, F, O, P, W } from '@standpipe/syscalls';
import {
  at,
  branch,
  type Buf,
  buf,
  closeFd,
  here,
  jump,
  label,
  load,
  type Op,
  type Reg,
  type Section,
  set,
  store,
  sys,
  words,
} from '@standpipe/program';
import { type Bench, pollEntry, polledOutput, REVENTS, workbench } from './bench.js';
import { now } from './clock.js';
import type { Hook, HookKind } from './hook.js';
import { drain, forgetOutput } from './output.js';
import { parseHooks } from './parse.js';
import { neverWait, openPipe } from './pipe.js';
import { cloneHook, hookProcess, hookSection } from './process.js';
import { SIGSET_SIZE, watchSignals } from './signals.js';
import { type HookedContainer, planState } from './state.js';
import { planTell } from './tell.js';

export interface PlanHooksInput {
  readonly kind: HookKind;
  readonly hooks: readonly Hook[];
  readonly container: HookedContainer;
  /** Where the list lies in the config: `/hooks/KIND` when left out. */
  readonly pointer?: string | undefined;
}

export interface HooksRegs {
  /** The pid that the state tells of. When left out it is that of the process that runs the hooks, as it sees itself. */
  readonly pid?: Reg | undefined;
  /** Gets the sentence of a failure. At least `SENTENCE_SIZE` bytes. */
  readonly sentence: Buf;
  /** A directory that they are run in, as an fd or a path; the process's own when left out. */
  readonly cwd?: Reg | string | undefined;
  /**
   * They are given up when the process is told to end. It must block these signals (`holdSignals`). When left out they
   * are waited for whatever comes.
   */
  readonly interruptible?: boolean | undefined;
}

/** Hooks as a part of a program. */
export interface HooksPlan {
  /** Runs them, in their order. Fails with the first that does. */
  readonly ops: Op[];
  /** For the program: the process of a hook. */
  readonly sections: Section[];
}

/** A pipe that was just made holds that much whatever the user's limits are. */
const PIPE_SIZE = 4096;
const SIGINFO_SIZE = 128;
const siginfoField = { code: 8, status: 24 } as const;

/**
 * Plans hooks: each is cloned, gets the state on its standard input, and is waited for. What it writes is taken meanwhile, so that it
 * never stands still, and the end of it is kept for the sentence of its failure. A hook has failed when it exits with anything but
 * 0, when a signal ends it, when it takes longer than its timeout, and when it can't be executed.
 *
 * @man clone(2), ppoll(2), waitid(2)
 * @kernel 5.11
 * @throws SpecError for hooks that can't be
 */
export function planHooks(input: PlanHooksInput, regs: HooksRegs): HooksPlan {
  const { kind, hooks, container, pointer = `/hooks/${kind}` } = input;
  if (hooks.length === 0) return { ops: [], sections: [] };
  parseHooks(hooks, pointer);
  return planNumbered(
    hooks.map((hook, index) => ({ hook, index })),
    { kind, container, pointer },
    regs,
  );
}

/** A hook and its place in the list. */
export interface Numbered {
  readonly hook: Hook;
  readonly index: number;
}

export function planNumbered(
  hooks: readonly Numbered[],
  { kind, container, pointer }: Required<Pick<PlanHooksInput, 'kind' | 'container' | 'pointer'>>,
  { pid, sentence, cwd, interruptible = false }: HooksRegs,
): HooksPlan {
  const process = hookProcess();
  const state = planState(container, kind, pid ?? process.parent);
  const say = `run the ${kind} hooks`;
  const bench = workbench(state, process);
  const done = label(`${kind} hooks done`);
  const ops: Op[] = [
    sys('getpid', [], { to: process.parent, say }),
    state.write,
    ...openPipe(process.failure, say, O.NONBLOCK),
    ...(interruptible ? [watchSignals(bench.signals, say)] : []),
    ...hooks.flatMap(({ hook, index }) => planOne(hook, { kind, index, pointer: `${pointer}/${index}` }, bench)),
    jump(done),
    ...planTell(bench, sentence, pointer),
    here(done),
    ...[process.failure.read, process.failure.write, bench.signals].map(closeFd),
  ];
  return { ops, sections: [hookSection(process, cwd)] };
}

function planOne(hook: Hook, { kind, index, pointer }: { kind: HookKind; index: number; pointer: string }, bench: Bench): Op[] {
  const { process, prefix, prefixLength, limit, began, output } = bench;
  // runc's words, which people look for, and where the hook is in the config.
  const subject = `error running ${kind} hook #${index} (${pointer}): ${quote(hook.path)}: `;
  const notes = { say: `${subject}run it`, pointer };
  const args = hook.args === undefined || hook.args.length === 0 ? [hook.path] : hook.args;
  return [
    set(prefix, subject),
    set(prefixLength, Buffer.byteLength(subject)),
    set(limit, hook.timeout ?? 0),
    set(process.path, hook.path),
    set(process.argv, words('argv', [...args, null])),
    set(process.envp, words('envp', [...(hook.env ?? []), null])),
    ...giveState(bench, notes.say),
    ...openPipe(process.output, notes.say),
    neverWait(process.output.read, notes.say),
    ...now(began, notes.say),
    ...cloneHook(process, notes),
    ...[process.stdin.read, process.output.write].map(closeFd),
    ...forgetOutput(output),
    ...awaitHook(hook.timeout, bench, notes.say),
    ...[process.pidfd, process.output.read].map(closeFd),
  ];
}

/** As much of a path as a sentence has room for. */
function quote(path: string): string {
  return JSON.stringify(path.length > 500 ? `${path.slice(0, 500)}…` : path);
}

/** The whole state is in the pipe before the hook begins, and whether it is read is the hook's business. */
function giveState({ process, state }: Bench, say: string): Op[] {
  const { stdin } = process;
  return [
    ...openPipe(stdin, say),
    ...(state.room <= PIPE_SIZE
      ? []
      : [sys('fcntl', [stdin.write, F.SETPIPE_SZ, state.room], { say: `${say}: make room for a state of ${state.room} bytes` })]),
    sys('write', [stdin.write, state.text, state.length], { say }),
    closeFd(stdin.write),
  ];
}

/** Waits until it has ended well, and otherwise goes to one of the endings. */
function awaitHook(timeout: number | undefined, bench: Bench, say: string): Op[] {
  const { process, output, signals, poll, ready, code, status, endings } = bench;
  const [again, ended] = [label('wait for the hook'), label('hook ended')];
  // The kernel leaves in there how much time there still is.
  const remaining = timeout === undefined ? null : words('timeout', [timeout, 0]);
  const info = buf('siginfo', SIGINFO_SIZE);
  return [
    store(at(poll, pollEntry.hook), 4, process.pidfd),
    store(at(poll, pollEntry.output), 4, output.fd),
    store(at(poll, pollEntry.signals), 4, signals),
    here(again),
    sys('ppoll', [poll, 3, remaining, null, SIGSET_SIZE], { to: ready, unless: { errno: ['EINTR'], goto: again }, say }),
    branch(ready, '==', 0, endings.late),
    // Before anything else: what it wrote before it ended is in the pipe now.
    ...drain(output, polledOutput(bench)),
    load(at(poll, pollEntry.hook + REVENTS), 2, ready),
    branch(ready, '!=', 0, ended),
    load(at(poll, pollEntry.signals + REVENTS), 2, ready),
    branch(ready, '!=', 0, endings.interrupted),
    jump(again),
    here(ended),
    sys('waitid', [P.PIDFD, process.pidfd, info, W.EXITED, null], { say }),
    load(at(info, siginfoField.code), 4, code),
    load(at(info, siginfoField.status), 4, status),
    branch(code, '!=', CLD.EXITED, endings.killed),
    branch(status, '!=', 0, endings.exited),
  ];
}
