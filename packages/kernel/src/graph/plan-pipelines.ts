import type { AssemblyProblem } from '@standpipe/errors';
import { type Instance, suffixOfInstance } from '../assembly/instance.js';
import { nearestName } from '../nearest-name.js';
import { isPhase, type Pipeline } from '../pipeline.js';
import { duplicateStep, unknownPhase } from '../problems.js';
import { orderSteps } from './step-order.js';
import type { PipelinePlan, PlannedStep } from './step-plan.js';

/**
 * Puts every step in its place. `known` pipelines count first; of others, the copy that the first plugin in
 * config order brings is the one whose phases hold.
 */
export function planPipelines(
  instances: readonly Instance[],
  known: readonly Pipeline<never>[],
  problems: AssemblyProblem[],
): Map<string, PipelinePlan> {
  const pipelines = new Map(known.map((pipeline) => [pipeline.id, pipeline]));
  const placed = new Map<string, PlannedStep[]>();
  for (const instance of instances) {
    for (const { phase, spec } of instance.steps) {
      if (!isPhase(phase)) {
        problems.push(unknownPhase(instance.id, spec.id, 'no phase', 'pass a phase of the pipeline, as in createPipeline.phase.rootfs'));
        continue;
      }
      const { id } = phase.pipeline;
      const pipeline = pipelines.get(id) ?? phase.pipeline;
      pipelines.set(id, pipeline);
      if (!pipeline.phases.includes(phase.name)) {
        const nearest = nearestName(phase.name, pipeline.phases);
        const hint = nearest === undefined ? `its phases: ${pipeline.phases.join(', ')}` : `did you mean ${nearest}?`;
        problems.push(unknownPhase(instance.id, spec.id, `${id}/${phase.name}, which ${id} does not have`, hint));
        continue;
      }
      const info = { pipeline: id, phase: phase.name, step: spec.id + suffixOfInstance(instance.id), plugin: instance.id };
      placed.set(id, [...(placed.get(id) ?? []), { info, instance, spec, because: [], absent: [] }]);
    }
  }
  const plans = new Map<string, PipelinePlan>();
  for (const [id, pipeline] of pipelines) {
    const steps = placed.get(id) ?? [];
    reportDuplicates(id, steps, problems);
    plans.set(id, { pipeline, steps: orderSteps(pipeline, steps, problems) });
  }
  return plans;
}

function reportDuplicates(pipeline: string, steps: readonly PlannedStep[], problems: AssemblyProblem[]): void {
  const placedBy = new Map<string, string[]>();
  for (const { info } of steps) placedBy.set(info.step, [...(placedBy.get(info.step) ?? []), info.plugin]);
  for (const [step, plugins] of placedBy) if (plugins.length > 1) problems.push(duplicateStep(pipeline, step, plugins));
}
