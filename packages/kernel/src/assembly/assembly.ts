import { serviceMissing } from '../errors.js';
import type { ServiceGraph } from '../graph/provider.js';
import type { PipelinePlan, PlannedStep } from '../graph/step-plan.js';
import { nearestName } from '../nearest-name.js';
import type { Pipeline } from '../pipeline.js';
import { type PipelineRun, type RunSettings, runPlan } from '../run/pipeline-run.js';
import type { Services } from '../services/services.js';
import type { Dependency, ExtensionPoint, Service } from '../token.js';
import { describeExtensionPoints, describePipeline, describePlugin, describeServices } from './describe.js';
import { dependenciesOf, type Instance } from './instance.js';
import type { AssemblyReport, PipelineReport, PluginReport } from './report.js';

/** A pipeline of an assembly. @public */
export interface AssembledPipeline<Ctx> {
  /**
   * Runs the steps in order. When one fails, the steps before it are undone in reverse.
   *
   * @throws StepError `STEP_FAILED` or `STEP_ABORTED`; `cause` is the first error, `undoErrors` what undoing met
   */
  run(ctx: Ctx, settings?: RunSettings): Promise<PipelineRun>;
  /** Phases, steps, who placed them and why there. */
  describe(): PipelineReport;
}

/** What `assemble` gives: checked, ordered, nothing made yet. @public */
export interface Assembly extends AsyncDisposable {
  /** The service, made now if it wasn't yet. @throws PlumbingError `MISSING_SERVICE`, `SERVICE_FAILED`, `SERVICE_ASYNC` */
  get<T>(token: Service<T>): T;
  /** The service, or undefined when no plugin provides it. */
  optional<T>(token: Service<T>): T | undefined;
  /** Everything contributed to an extension point, in the order of the config. */
  all<T>(point: ExtensionPoint<T>): readonly T[];
  /** The pipeline with that id; one that no plugin placed steps in runs to its end at once. */
  pipeline<Ctx>(pipeline: Pipeline<Ctx>): AssembledPipeline<Ctx>;
  /** The plugins in config order, skipped and disabled ones included. */
  readonly plugins: readonly PluginReport[];
  describe(): AssemblyReport;
  /** Disposes of the services that were made, in reverse. */
  close(): Promise<void>;
}

/** The parts that a checked assembly is made from. */
export interface AssemblyParts {
  readonly instances: readonly Instance[];
  readonly graph: ServiceGraph;
  readonly plans: ReadonlyMap<string, PipelinePlan>;
  readonly services: Services;
}

export function createAssembly({ instances, graph, plans, services }: AssemblyParts): Assembly {
  const resolve = (token: Dependency): unknown => services.get(token);
  const depsByInstance = new Map<Instance, object>();
  const depsOf = ({ instance }: PlannedStep): never => {
    const deps = depsByInstance.get(instance) ?? lazyDeps(instance, resolve);
    depsByInstance.set(instance, deps);
    return deps as never;
  };
  const optional = <T>(token: Service<T>): T | undefined => resolve(token) as T | undefined;
  const close = (): Promise<void> => services.close();
  return {
    get(token) {
      if (graph.providers.has(token.key)) return resolve(token) as never;
      const ids = [...graph.providers.values()].map(([first]) => first!.token.id);
      throw serviceMissing(token.id, nearestName(token.id, ids));
    },
    optional,
    all: (point) => resolve(point) as never,
    pipeline(pipeline) {
      const plan = plans.get(pipeline.id) ?? { pipeline: pipeline, steps: [] };
      return {
        run: (ctx, settings = {}) => runPlan(plan, ctx as never, depsOf, settings),
        describe: () => describePipeline(plan),
      };
    },
    plugins: instances.map(describePlugin),
    describe: () => ({
      plugins: instances.map(describePlugin),
      services: describeServices(instances, graph),
      extensionPoints: describeExtensionPoints(instances, graph),
      pipelines: [...plans.values()].map(describePipeline),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Dependencies that are resolved when touched, so that a step pays for no service but those it uses. */
function lazyDeps({ plugin }: Instance, resolve: (token: Dependency) => unknown): object {
  const deps = {};
  for (const { name, token } of plugin === undefined ? [] : dependenciesOf(plugin)) {
    Object.defineProperty(deps, name, { enumerable: true, get: () => resolve(token) });
  }
  return deps;
}
