import type { Phase } from './pipeline.js';
import type { Dependency, ExtensionPoint, Service, Slot } from './token.js';

/** What `requires` and `optional` name, as a factory or a step receives it. @public */
export type Resolved<D> = D extends ExtensionPoint<infer T> ? readonly T[] : D extends Service<infer T> ? T : never;

/** The dependencies of a plugin, by the names it gave them. @public */
export type DepsOf<Requires, Optional> = {
  readonly [Name in keyof Requires]: Resolved<Requires[Name]>;
} & {
  readonly [Name in keyof Optional]: Resolved<Optional[Name]> | undefined;
};

/** A factory that takes only some of the plugin's dependencies, or whose instance wants disposing. @public */
export interface FactorySpec<T, Deps, Name extends keyof Deps, Config> {
  /** Names from `requires` and `optional`. Absent: all of them. */
  readonly needs?: readonly Name[];
  create(deps: Pick<Deps, Name>, config: Config): T;
  /** Called when the assembly closes. Absent: `Symbol.asyncDispose` or `Symbol.dispose` of the instance, if it has one. */
  dispose?(instance: T): void | Promise<void>;
}

/**
 * One step of a pipeline. `Deps` are resolved when the step first touches them.
 *
 * @public
 */
export interface StepSpec<Ctx, Deps, Config> {
  /** `<subject>.<verb>`, unique in the pipeline. */
  readonly id: string;
  /** Steps that come first, where they exist. Naming a step of a plugin names it in all its instances. */
  readonly after?: readonly string[];
  /** Steps that come later, where they exist. */
  readonly before?: readonly string[];
  /** Slots that this step reads: whoever writes one comes first. */
  readonly reads?: readonly Slot<unknown>[];
  readonly writes?: readonly Slot<unknown>[];
  /**
   * True: `undo` runs even when this step's own `run` threw. Without it a step that throws has cleaned up after
   * itself, and `undo` may count on everything that `run` does having been done.
   */
  readonly undoPartial?: boolean;
  run(ctx: Ctx, deps: Deps, config: Config, signal: AbortSignal | undefined): void | Promise<void>;
  undo?(ctx: Ctx, deps: Deps, config: Config): void | Promise<void>;
}

/** What `declare` is given to make declarations with. @public */
export interface DeclareKit<Deps, Config> {
  /** Provides a service. The factory runs once, when the service is first asked for, and is synchronous. */
  provide<T>(this: void, token: Service<T>, create: (deps: Deps, config: Config) => NoInfer<T>): Declaration;
  provide<T, const Name extends keyof Deps = keyof Deps>(
    this: void,
    token: Service<T>,
    spec: FactorySpec<NoInfer<T>, Deps, Name, Config>,
  ): Declaration;
  /** Contributes one item to an extension point. */
  extend<T>(this: void, point: ExtensionPoint<T>, create: (deps: Deps, config: Config) => NoInfer<T>): Declaration;
  extend<T, const Name extends keyof Deps = keyof Deps>(
    this: void,
    point: ExtensionPoint<T>,
    spec: FactorySpec<NoInfer<T>, Deps, Name, Config>,
  ): Declaration;
  /** Places a step in a phase. */
  step<Ctx>(this: void, phase: Phase<Ctx>, spec: StepSpec<NoInfer<Ctx>, Deps, Config>): Declaration;
}

/** A declaration with its types erased: what the kernel works on. */
export type Declaration = FactoryDeclaration | StepDeclaration;

/** A provided service or a contribution. */
export interface FactoryDeclaration {
  readonly kind: 'factory';
  readonly token: Dependency;
  readonly needs: readonly string[] | undefined;
  readonly create: (deps: never, config: never) => unknown;
  readonly dispose: ((instance: never) => void | Promise<void>) | undefined;
}

/** A placed step. */
export interface StepDeclaration {
  readonly kind: 'step';
  readonly phase: Phase<never>;
  readonly spec: StepSpec<never, never, never>;
}

type AnyFactory = FactoryDeclaration['create'] | FactorySpec<unknown, Record<string, unknown>, string, never>;

function factory(token: Dependency, given: AnyFactory): FactoryDeclaration {
  if (typeof given === 'function') return { kind: 'factory', token, needs: undefined, create: given, dispose: undefined };
  return {
    kind: 'factory',
    token,
    needs: given.needs,
    create: (deps, config) => given.create(deps, config),
    dispose: given.dispose && ((instance: never) => given.dispose?.(instance)),
  };
}

/** The one kit; its types are the plugin's, its values know nothing of them. */
export const declareKit: DeclareKit<never, never> = {
  provide: (token: Dependency, given: AnyFactory): Declaration => factory(token, given),
  extend: (point: Dependency, given: AnyFactory): Declaration => factory(point, given),
  step: (phase: unknown, spec: unknown): Declaration => ({
    kind: 'step',
    phase: phase as Phase<never>,
    spec: spec as StepSpec<never, never, never>,
  }),
};
