/** How one plugin is taken into an assembly: which one, and its options. @public */
export interface PluginConfig {
  /** Name of the plugin, where it isn't the part of the instance id before the first `/`. */
  readonly use?: string;
  readonly [option: string]: unknown;
}

/**
 * What an assembly consists of. The order of `plugins` is the order in which contributions come and in which
 * ties between steps are broken.
 *
 * @public
 */
export interface AssemblyConfig {
  readonly api: 1;
  /** Plugins that must not be skipped by their probe. */
  readonly required?: readonly string[];
  /** Plugins listed (or inherited) that are left out. */
  readonly disabled?: readonly string[];
  /** Service id to the plugin instance that is to provide it, where several would. */
  readonly bind?: Readonly<Record<string, string>>;
  /** By instance id: `seccomp`, or `gpu/left` where one plugin runs more than once. */
  readonly plugins: Readonly<Record<string, PluginConfig>>;
}

/** An assembly config as written: it may build on another. @public */
export interface AssemblyDocument extends AssemblyConfig {
  /** Name of the assembly that this one starts from. */
  readonly extends?: string;
}
