/** How a plugin fared. @public */
export type PluginState = 'ok' | 'skipped' | 'disabled' | 'failed';

/** A plugin of the assembly config, for people and for JSON. @public */
export interface PluginReport {
  /** Instance id. */
  readonly id: string;
  /** Id of the plugin behind it; the name it was looked up by when it couldn't be loaded. */
  readonly plugin: string;
  readonly state: PluginState;
  /** Why it was skipped, or what failed. */
  readonly reason?: string | undefined;
  readonly required: boolean;
  /** Ids of services, extension points, and `<pipeline>/<phase>: <step>`. */
  readonly provides: readonly string[];
  readonly extends: readonly string[];
  readonly steps: readonly string[];
}

/** A step beside its place, and why it is there. @public */
export interface StepReport {
  readonly id: string;
  readonly plugin: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly undo: boolean;
  /** Steps that come first, and whose word that is. */
  readonly because: readonly { readonly step: string; readonly why: string }[];
  /** Steps it names that aren't there. */
  readonly absent: readonly { readonly edge: 'after' | 'before'; readonly step: string }[];
}

/** A pipeline with its steps in the order they run. @public */
export interface PipelineReport {
  readonly id: string;
  readonly phases: readonly { readonly name: string; readonly steps: readonly StepReport[] }[];
}

/** A service: who provides it, who else would, who takes it. @public */
export interface ServiceReport {
  readonly id: string;
  readonly provider: string;
  /** Providers that `bind` passed over. */
  readonly passedOver: readonly string[];
  readonly requiredBy: readonly string[];
}

/** An extension point: who contributes, in order, and who takes the lot. @public */
export interface ExtensionPointReport {
  readonly id: string;
  readonly contributors: readonly string[];
  readonly requiredBy: readonly string[];
}

/** The whole assembly as data; nothing is built to make it. @public */
export interface AssemblyReport {
  readonly plugins: readonly PluginReport[];
  readonly services: readonly ServiceReport[];
  readonly extensionPoints: readonly ExtensionPointReport[];
  readonly pipelines: readonly PipelineReport[];
}
