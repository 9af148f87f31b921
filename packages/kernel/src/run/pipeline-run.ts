import { stepAborted, stepFailed, undoFailed } from '../errors.js';
import type { PipelinePlan, PlannedStep } from '../graph/step-plan.js';
import type { StepInfo } from '../pipeline.js';
import { isThenable } from '../thenable.js';

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
    if (signal?.aborted) throw stepAborted(step.info, 'waiting', signal.reason, causesOf(await undoSteps(done, ctx, depsOf)));
    const outcome = await runStep(plan, step, ctx, depsOf, signal, graceMs);
    if (outcome.state === 'finished' || (outcome.state === 'failed' && step.spec.undoPartial)) done.push(step);
    if (outcome.state === 'finished' && !signal?.aborted) continue;

    const undoErrors = causesOf(await undoSteps(done, ctx, depsOf));
    const cause: unknown = 'cause' in outcome ? outcome.cause : signal?.reason;
    if (!signal?.aborted) throw stepFailed(step.info, cause, undoErrors);
    throw stepAborted(step.info, outcome.state === 'hanging' ? 'hanging' : 'stopped', cause, undoErrors);
  }
  return {
    steps: done.map(({ info }) => info),
    async undo() {
      const [first, ...rest] = await undoSteps(done.splice(0), ctx, depsOf);
      if (first !== undefined) throw undoFailed(first.info, first.cause, causesOf(rest));
    },
  };
}

type Outcome =
  | { readonly state: 'finished' }
  | { readonly state: 'hanging' }
  /** `refused`: by `enter`, so the step has not begun. */
  | { readonly state: 'failed' | 'refused'; readonly cause: unknown };

async function runStep(
  { pipeline }: PipelinePlan,
  step: PlannedStep,
  ctx: never,
  depsOf: DepsLookup,
  signal: AbortSignal | undefined,
  graceMs: number,
): Promise<Outcome> {
  try {
    pipeline.enter?.(ctx, step.info);
  } catch (cause) {
    return { state: 'refused', cause };
  }
  try {
    const running = step.spec.run(ctx, depsOf(step), step.instance.config as never, signal);
    return isThenable(running) ? await settle(Promise.resolve(running), signal, graceMs) : { state: 'finished' };
  } catch (cause) {
    return { state: 'failed', cause };
  }
}

/** Waits for a step; once the signal aborts, no longer than the grace. */
async function settle(running: Promise<void>, signal: AbortSignal | undefined, graceMs: number): Promise<Outcome> {
  const ended = running.then(
    (): Outcome => ({ state: 'finished' }),
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
