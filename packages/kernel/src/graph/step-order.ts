import type { AssemblyProblem } from '@standpipe/errors';
import type { Pipeline } from '../pipeline.js';
import { stepCycle } from '../problems.js';
import type { PlannedStep } from './step-plan.js';
import { type Edge, topologicalOrder } from './topological-order.js';

/**
 * Orders the steps of a pipeline: phase by phase, inside a phase by what edges demand, and of the steps that could
 * come next the one whose plugin is listed first, then the one with the lower id. A wish that contradicts
 * the order of the phases is a cycle like any other.
 */
export function orderSteps(pipeline: Pipeline<never>, steps: readonly PlannedStep[], problems: AssemblyProblem[]): PlannedStep[] {
  const phases = new Map(pipeline.phases.map((name, index) => [name, index]));
  const phaseOf = (step: PlannedStep): number => phases.get(step.info.phase) ?? -1;
  const ranked = steps.toSorted(
    (a, b) => phaseOf(a) - phaseOf(b) || a.instance.rank - b.instance.rank || (a.info.step < b.info.step ? -1 : 1),
  );
  const edges = namedEdges(ranked);
  addSlotEdges(edges, ranked, phaseOf);
  const inside: Edge[] = [];
  for (const edge of edges) {
    const [first, then] = [ranked[edge.from]!, ranked[edge.to]!];
    then.because.push({ step: first.info.step, why: edge.why });
    if (phaseOf(first) === phaseOf(then)) inside.push(edge);
    if (phaseOf(first) > phaseOf(then)) {
      const path = [first, then, first].map(({ info }) => info.step);
      problems.push(stepCycle(pipeline.id, path, [edge.why, `phase ${then.info.phase} comes before ${first.info.phase}`]));
    }
  }
  // Edges stay inside a phase, so ordering all steps at once orders each phase; sorting by phase is stable.
  const { order, cycles } = topologicalOrder(ranked.length, inside);
  for (const cycle of cycles) {
    const path = [cycle[0]!.from, ...cycle.map(({ to }) => to)].map((index) => ranked[index]!.info.step);
    problems.push(
      stepCycle(
        `${pipeline.id}/${ranked[cycle[0]!.from]!.info.phase}`,
        path,
        cycle.map(({ why }) => why),
      ),
    );
  }
  return order.map((index) => ranked[index]!).sort((a, b) => phaseOf(a) - phaseOf(b));
}

/** Edges from `after` and `before`. A name stands for the step and for its copies in named instances. */
function namedEdges(steps: readonly PlannedStep[]): Edge[] {
  const byName = new Map<string, number[]>();
  steps.forEach(({ info, spec }, index) => {
    append(byName, info.step, index);
    if (spec.id !== info.step) append(byName, spec.id, index);
  });
  const edges: Edge[] = [];
  steps.forEach((step, index) => {
    for (const edge of ['after', 'before'] as const) {
      for (const name of step.spec[edge] ?? []) {
        // `gpu.attach` in gpu/left means the other instances; naming its own full id is a cycle of one.
        const named = (byName.get(name) ?? []).filter((other) => other !== index || name === step.info.step);
        if (named.length === 0) step.absent.push({ edge, step: name });
        const why = `${edge} in ${step.info.step}`;
        for (const other of named) edges.push(edge === 'after' ? { from: other, to: index, why } : { from: index, to: other, why });
      }
    }
  });
  return edges;
}

/**
 * Edges from `writes` to `reads`. A step that does both amends: it comes after those that only write and before those
 * that only read; amenders among themselves are not ordered. A writer in a later phase is no reason as long as
 * another one comes early enough.
 */
function addSlotEdges(edges: Edge[], steps: readonly PlannedStep[], phaseOf: (step: PlannedStep) => number): void {
  const writers = new Map<symbol, number[]>();
  steps.forEach(({ spec }, index) => {
    for (const { key } of new Set(spec.writes)) append(writers, key, index);
  });
  steps.forEach((step, to) => {
    for (const { key, id } of step.spec.reads ?? []) {
      const all = writers.get(key) ?? [];
      const amends = all.includes(to);
      const sources = all.filter((from) => from !== to && !(amends && readsSlot(steps[from]!, key)));
      const early = sources.filter((from) => phaseOf(steps[from]!) <= phaseOf(step));
      const binding = early.length > 0 || amends ? early : sources;
      for (const from of binding) edges.push({ from, to, why: `${step.info.step} reads ${id}` });
    }
  });
}

function readsSlot(step: PlannedStep, key: symbol): boolean {
  return step.spec.reads?.some((slot) => slot.key === key) ?? false;
}

function append<K>(lists: Map<K, number[]>, key: K, index: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [index]);
  else list.push(index);
}
