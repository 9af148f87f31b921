import type { ServiceGraph } from '../graph/provider.js';
import type { PipelinePlan, PlannedStep } from '../graph/step-plan.js';
import { isPhase } from '../pipeline.js';
import type { Instance } from './instance.js';
import type { ExtensionPointReport, PipelineReport, PluginReport, ServiceReport, StepReport } from './report.js';

export function describePlugin(instance: Instance): PluginReport {
  const { id, name, plugin, state, reason, required, factories, steps } = instance;
  const idsOf = (kind: string): string[] => factories.filter(({ token }) => token.kind === kind).map(({ token }) => token.id);
  return {
    id,
    plugin: plugin?.id ?? name,
    state,
    ...(reason === undefined ? {} : { reason }),
    required,
    provides: idsOf('service'),
    extends: idsOf('extension-point'),
    steps: steps.filter(({ phase }) => isPhase(phase)).map(({ phase, spec }) => `${phase.pipeline.id}/${phase.name}: ${spec.id}`),
  };
}

export function describePipeline({ pipeline, steps }: PipelinePlan): PipelineReport {
  const phases = pipeline.phases.map((name) => ({
    name,
    steps: steps.filter(({ info }) => info.phase === name).map(describeStep),
  }));
  return { id: pipeline.id, phases };
}

function describeStep({ info, spec, because, absent }: PlannedStep): StepReport {
  return {
    id: info.step,
    plugin: info.plugin,
    reads: spec.reads?.map(({ id }) => id) ?? [],
    writes: spec.writes?.map(({ id }) => id) ?? [],
    undo: spec.undo !== undefined,
    because: [...because],
    absent: [...absent],
  };
}

export function describeServices(instances: readonly Instance[], graph: ServiceGraph): ServiceReport[] {
  return [...graph.providers.values()]
    .filter(([first]) => first?.token.kind === 'service')
    .map(([provider]) => ({
      id: provider!.token.id,
      provider: provider!.instance.id,
      passedOver: (graph.passedOver.get(provider!.token.key) ?? []).map(({ instance }) => instance.id),
      requiredBy: requirersOf(provider!.token.key, instances),
    }));
}

export function describeExtensionPoints(instances: readonly Instance[], graph: ServiceGraph): ExtensionPointReport[] {
  return [...graph.providers.values()]
    .filter(([first]) => first?.token.kind === 'extension-point')
    .map((providers) => ({
      id: providers[0]!.token.id,
      contributors: providers.map(({ instance }) => instance.id),
      requiredBy: requirersOf(providers[0]!.token.key, instances),
    }));
}

function requirersOf(key: symbol, instances: readonly Instance[]): string[] {
  return instances
    .filter(({ state }) => state === 'ok')
    .filter(({ plugin }) => [plugin?.requires, plugin?.optional].some((map) => Object.values(map ?? {}).some((token) => token.key === key)))
    .map(({ id }) => id);
}
