import type { AssemblyProblem } from '@standpipe/errors';
import type { AssemblyConfig } from '../config/assembly-config.js';
import { assemblyFailed } from '../errors.js';
import { planPipelines } from '../graph/plan-pipelines.js';
import { checkServiceCycles, chooseProviders, findLacks } from '../graph/service-graph.js';
import type { Pipeline } from '../pipeline.js';
import { missingService } from '../problems.js';
import { Services } from '../services/services.js';
import type { Dependency } from '../token.js';
import { type Assembly, createAssembly } from './assembly.js';
import { declarePlugins } from './declare.js';
import { describePlugin } from './describe.js';
import { hintFor } from './hints.js';
import { listInstances, loadPlugins, type PluginSource } from './load.js';

/** What to assemble and where plugins come from. @public */
export interface AssembleSettings {
  readonly config: AssemblyConfig;
  /** The plugins known beforehand, by name. A function is called only when the config lists its plugin. */
  readonly plugins?: Readonly<Record<string, PluginSource>>;
  /** Loads a plugin that isn't among `plugins`. What it gives is checked. */
  readonly resolve?: (name: string) => Promise<unknown>;
  /** Services that the caller itself will ask for: missing ones are problems like any other. */
  readonly requires?: readonly Dependency[];
  /** Pipelines whose phases are to hold, whichever copy the plugins bring. */
  readonly pipelines?: readonly Pipeline<never>[];
}

/**
 * Loads the plugins that the config lists, checks that they fit together, and orders their steps. Makes no
 * service and runs no step. Waits for nothing when all plugins are at hand.
 *
 * @throws AssemblyError with all problems, sorted
 * @public
 */
export async function assemble(settings: AssembleSettings): Promise<Assembly> {
  const { config, plugins = {}, resolve, requires = [], pipelines = [] } = settings;
  const problems: AssemblyProblem[] = [];
  const instances = listInstances(config, problems);
  await loadPlugins(instances, { plugins, resolve }, problems);
  declarePlugins(instances, problems);

  const standing = instances.filter(({ state }) => state === 'ok');
  const graph = chooseProviders(instances, config.bind ?? {}, problems);
  checkServiceCycles(graph, problems);
  for (const lack of findLacks(standing, requires, graph)) {
    const hint = await hintFor(lack, instances, plugins);
    problems.push(missingService({ service: lack.token.id, neededBy: lack.neededBy, as: lack.as, hint }));
  }
  const plans = planPipelines(standing, pipelines, problems);
  if (problems.length > 0) throw assemblyFailed(problems, instances.map(describePlugin));

  return createAssembly({ instances, graph, plans, services: await Services.open(graph) });
}
