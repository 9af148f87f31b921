/**
 * The default runtime: Standpipe's plugins, assembled from a config, and what is done with the programs they compile.
 *
 * ```ts
 * const assembly = await loadAssembly();                                   // 'default', 'sandbox' or a config file
 * const bundle = readBundle('/var/lib/bundles/web');
 * const made = await createProgram(assembly, bundle, createSettings({ id: 'web', bundle: bundle.path }), linuxHostFacts());
 * const container = spawnProgram(made);                                    // nothing was touched before this line
 * const code = await container.exited;
 * ```
 *
 * @packageDocumentation
 */
export { type Bundle, readBundle } from './bundle.js';
export { compileProgram } from './compile-program.js';
export { createProgram, type CreateProgram } from './create-program.js';
export { createSettings, type GivenSettings } from './create-settings.js';
export { clearStale, deleteContainer, type DeleteSettings } from './delete-container.js';
export {
  execProgram,
  type ExecTarget,
  type ExecutedProcess,
  type GivenProcess,
  parseSubCgroups,
  processLike,
  readProcess,
  readTarget,
  type TargetSettings,
} from './exec/index.js';
export { checkHost, type HostReport } from './doctor/check-host.js';
export { assemblyFeatures } from './features.js';
export { linuxHostFacts } from './linux-host-facts.js';
export { assemblyNames, loadAssembly } from './load-assembly.js';
export { plugins } from './plugins.js';
export { readSandboxFacts, type SandboxFacts, type SandboxOptions, sandboxSpec } from './sandbox/index.js';
export { runForeground } from './run-foreground.js';
export {
  type CommandSettings,
  ContainerHandle,
  type ExecContainerSettings,
  type Exit,
  type SpawnInContainerSettings,
} from './container-handle.js';
export { RunningCommand } from './running-command.js';
export type { Finished, FinishSettings } from './finished.js';
export {
  type ContainerSettings,
  type CreateContainerSettings,
  openRuntime,
  type RunContainerSettings,
  Runtime,
  type RuntimeSettings,
} from './runtime.js';
export { type RunningProgram, spawnProgram, type SpawnSettings } from './spawn-program.js';
export { listenFds } from '@standpipe/process';
export { defaultStateRoot } from '@standpipe/state';
