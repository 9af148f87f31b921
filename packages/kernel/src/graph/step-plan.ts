import type { Instance } from '../assembly/instance.js';
import type { StepSpec } from '../declaration.js';
import type { Pipeline, StepInfo } from '../pipeline.js';

/** A step in its place. */
export interface PlannedStep {
  readonly info: StepInfo;
  readonly instance: Instance;
  readonly spec: StepSpec<never, never, never>;
  /** Steps that come first because somebody said so. */
  readonly because: { readonly step: string; readonly why: string }[];
  readonly absent: { readonly edge: 'after' | 'before'; readonly step: string }[];
}

/** A pipeline with its steps in the order they run. */
export interface PipelinePlan {
  readonly pipeline: Pipeline<never>;
  readonly steps: readonly PlannedStep[];
}
