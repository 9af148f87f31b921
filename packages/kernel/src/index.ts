/**
 * The kernel: assembles plugins into services and pipelines.
 *
 * A contract package names what plugins share: services (exactly one provider), extension points (any number of
 * contributors) and pipelines (fixed phases that plugins fill with steps):
 *
 *     interface Kettle { boil(): Promise<void> }
 *     const Kettle = service<Kettle>('kitchen.kettle');
 *     const brew = pipeline<Pot>('brew').inPhases(['heat', 'pour']);
 *
 * A plugin says what it requires and declares what it adds. Nothing runs while it declares:
 *
 *     const tea = definePlugin({
 *       id: 'tea', api: 1,
 *       requires: { kettle: Kettle },
 *       declare: ({ step }) => [step(brew.phase.heat, { id: 'water.boil', run: (pot, { kettle }) => kettle.boil() })],
 *     });
 *
 * `assemble` takes the plugins that a config lists, reports everything that doesn't fit at once, and
 * gives back an assembly whose pipelines run, and undo themselves in reverse when a step fails.
 *
 * @packageDocumentation
 */
export { type Dependency, type ExtensionPoint, extensionPoint, type Service, service, type Slot, slot } from './token.js';
export { SlotValues } from './slot-values.js';
export { type Phase, type Pipeline, pipeline, type PipelineSettings, type PipelineStart, type StepInfo } from './pipeline.js';
export type { Declaration, DeclareKit, DepsOf, FactorySpec, Resolved, StepSpec } from './declaration.js';
export { definePlugin, KERNEL_API, type Plugin, type PluginDefinition, type ProbeResult } from './plugin.js';
export type { SchemaOutput, StandardIssue, StandardResult, StandardSchema } from './standard-schema.js';
export type { AssemblyConfig, AssemblyDocument, PluginConfig } from './config/assembly-config.js';
export { mergeAssemblyConfig } from './config/merge.js';
export { type AssemblyLookup, parseAssemblyConfig } from './config/parse.js';
export { assemble, type AssembleSettings } from './assembly/assemble.js';
export type { AssembledPipeline, Assembly } from './assembly/assembly.js';
export type { PluginSource } from './assembly/load.js';
export type {
  AssemblyReport,
  ExtensionPointReport,
  PipelineReport,
  PluginReport,
  PluginState,
  ServiceReport,
  StepReport,
} from './assembly/report.js';
export type { PipelineRun, RunSettings } from './run/pipeline-run.js';
