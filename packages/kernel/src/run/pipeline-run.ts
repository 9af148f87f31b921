import { stepAborted, stepFailed, undoFailed } from '../errors.js';
import type { PipelinePlan, PlannedStep } from '../graph/step-plan.js';
import type { StepInfo } from '../pipeline.js';

/** How to run a pipeline. @public */
export interface RunSettings {
  /** Aborting ends the run at the step it is in: the steps before it are undone and `run` throws `STEP_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** How long a step may take to stop after the abort before it is named as hanging and left behind. Default 1000. */
  readonly graceMs?: number;
}

/** A pipeline that ran to its end. @public */
export interface PipelineRun {
  /** The steps that ran, in order. */
  readonly steps: readonly StepInfo[];
  /**
   * Undoes all steps in reverse, once; a second call does nothing. Every undo is tried.
   *
   * @throws StepError `UNDO_FAILED` for the first that failed, the others in `undoErrors`
   */
  undo(): Promise<void>;
}

/** Resolves the dependencies of a step's plugin. */
export type DepsLookup = (step: PlannedStep) => never;

/** Runs the steps of a plan one after the other; on failure undoes what was done and throws the first error. */
export async function runPlan(plan: PipelinePlan, ctx: never, depsOf: DepsLookup, settings: RunSettings): Promise<PipelineRun> {
  const { signal, graceMs = 1000 } = settings;
  const done: PlannedStep[] = [];
  for (const step of plan.steps) {
    if (signal?.aborted) {
      throw stepAborted(step.info, 'waiting', signal.reason, await undoSteps(done, ctx, depsOf).then(causesOf));
    }
    let outcome: Outcome;
    try {
      plan.pipeline.enter?.(ctx, step.info);
      const running = step.spec.run(ctx, depsOf(step), step.instance.config as never, signal);
      outcome = running instanceof Promise ? await settle(running, signal, graceMs) : finished;
    } catch (cause) {
      outcome = { state: 'failed', cause };
    }
    if (outcome.state === 'finished' && !signal?.aborted) {
      done.push(step);
      continue;
    }
    if (outcome.state === 'finished' || (step.spec.undoPartial === true && outcome.state === 'failed')) done.push(step);
    const undoErrors = causesOf(await undoSteps(done, ctx, depsOf));
    if (!signal?.aborted) throw stepFailed(step.info, causeOf(outcome), undoErrors);
    const state = outcome.state === 'hanging' ? 'hanging' : 'stopped';
    throw stepAborted(step.info, state, outcome.state === 'failed' ? outcome.cause : signal.reason, undoErrors);
  }
  return {
    steps: done.map(({ info }) => info),
    async undo() {
      const [first, ...rest] = await undoSteps(done.splice(0), ctx, depsOf);
      if (first !== undefined) throw undoFailed(first.info, first.cause, rest.map(({ cause }) => cause));
    },
  };
}

type Outcome = { readonly state: 'finished' } | { readonly state: 'hanging' } | { readonly state: 'failed'; readonly cause: unknown };

const finished: Outcome = { state: 'finished' };

/** Waits for a step; once the signal aborts, no longer than the grace. */
async function settle(running: Promise<void>, signal: AbortSignal | undefined, graceMs: number): Promise<Outcome> {
  const ended = running.then(
    () => finished,
    (cause: unknown): Outcome => ({ state: 'failed', cause }),
  );
  if (signal === undefined) return ended;
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      timer = setTimeout(() => resolve({ state: 'hanging' }), graceMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    void ended.then((outcome) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(outcome);
    });
  });
}

interface UndoFailure {
  readonly info: StepInfo;
  readonly cause: unknown;
}

async function undoSteps(done: readonly PlannedStep[], ctx: never, depsOf: DepsLookup): Promise<UndoFailure[]> {
  const failures: UndoFailure[] = [];
  for (const step of done.toReversed()) {
    try {
      await step.spec.undo?.(ctx, depsOf(step), step.instance.config as never);
    } catch (cause) {
      failures.push({ info: step.info, cause });
    }
  }
  return failures;
}

function causesOf(failures: readonly UndoFailure[]): unknown[] {
  return failures.map(({ cause }) => cause);
}

function causeOf(outcome: Outcome): unknown {
  return outcome.state === 'failed' ? outcome.cause : undefined;
}
