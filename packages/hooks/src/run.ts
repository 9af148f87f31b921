import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PlumbingError } from '@standpipe/errors';
import { buf, label, link, type Op, type ProgramSource, prologue, reg, section, set, sys, withSealedProgram } from '@standpipe/program';
import { hookFailed, hooksLost } from './errors.js';
import type { Hook, HookKind } from './hook.js';
import { parseHooks } from './parse.js';
import { type Numbered, planNumbered } from './plan.js';
import { dieWith } from './process.js';
import { holdSignals } from './signals.js';
import type { HookedContainer } from './state.js';
import { SENTENCE_SIZE } from './tell.js';

/** The container that hooks are told of. */
export interface HookedState extends HookedContainer {
  /** Of its process, as this one sees it. Poststop hooks are told none. */
  readonly pid?: number | undefined;
}

export interface RunHooksSettings {
  /** Kills the hook that runs, and starts no other. */
  readonly signal?: AbortSignal | undefined;
}

const FAILED = 1;
const origin = { plugin: 'hooks', step: 'run' };

/**
 * Runs hooks in this process's namespaces, one after the other, each with the state on its standard input and the
 * environment of its own. They are run by a program of the ops that `planHooks` gives, in a process between this one and them.
 *
 * The first failure ends it; but of poststop hooks all are run, and the failures are returned.
 *
 * @throws PlumbingError `HOOK_FAILED`, with a sentence that names the hook and tells what became of it; SpecError for hooks that can't
 * be; what `signal` aborted with
 */
export async function runHooks(
  kind: HookKind,
  hooks: readonly Hook[],
  state: HookedState,
  { signal }: RunHooksSettings = {},
): Promise<PlumbingError[]> {
  signal?.throwIfAborted();
  if (hooks.length === 0) return [];
  parseHooks(hooks, `/hooks/${kind}`);
  const numbered = hooks.map((hook, index) => ({ hook, index }));
  if (kind !== 'poststop') {
    await run(kind, numbered, state, signal);
    return [];
  }
  const failures: PlumbingError[] = [];
  for (const one of numbered) {
    try {
      await run(kind, [one], state, signal);
    } catch (error) {
      if (!PlumbingError.is(error) || error.code !== 'HOOK_FAILED') throw error;
      failures.push(error);
    }
  }
  return failures;
}

async function run(kind: HookKind, hooks: readonly Numbered[], state: HookedState, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const child = withSealedProgram(link(programOf(kind, hooks, state)), (path) =>
    spawn(path, [], { argv0: 'standpipe-init', stdio: ['ignore', 'ignore', 'pipe'], env: {} }),
  );
  const end = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', end);
  try {
    const said: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return;
    signal?.throwIfAborted();
    const sentence = Buffer.concat(said).toString().trimEnd();
    throw code === FAILED && sentence !== '' ? hookFailed(sentence, kind) : hooksLost(kind, killedBy ?? `code ${code}`);
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

function programOf(kind: HookKind, hooks: readonly Numbered[], state: HookedState): ProgramSource {
  const [parent, pid] = [reg('parent'), reg('pid')];
  const sentence = buf('sentence', SENTENCE_SIZE);
  const report: Op = { op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' };
  const plan = planNumbered(hooks, { kind, container: state, pointer: `/hooks/${kind}` }, { pid, sentence, interruptible: true });
  const ops: Op[] = [
    ...prologue({ keepFds: 0 }),
    holdSignals(),
    set(parent, process.pid),
    ...dieWith(parent),
    set(pid, state.pid ?? 0),
    ...plan.ops,
    sys('exit_group', [0]),
  ];
  return { sections: [section('hooks', label('hooks'), ops, [report, sys('exit_group', [FAILED])], origin), ...plan.sections] };
}
