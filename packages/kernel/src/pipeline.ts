import { phaseTwice } from './errors.js';

/** Where a step sits and who placed it. @public */
export interface StepInfo {
  readonly pipeline: string;
  readonly phase: string;
  /** Step id, with the instance name when the plugin runs under one: `gpu.attach/left`. */
  readonly step: string;
  /** Instance id of the plugin in the assembly config: `gpu/left`. */
  readonly plugin: string;
}

/** What a pipeline may do around its steps. @public */
export interface PipelineSettings<Ctx> {
  /** Called before each step runs; what it throws counts as the step's failure. */
  readonly enter?: (ctx: Ctx, info: StepInfo) => void;
}

/** A place in a pipeline where steps go. @public */
export interface Phase<Ctx> {
  readonly kind: 'phase';
  readonly name: string;
  readonly pipeline: Pipeline<Ctx>;
}

/**
 * A pipeline: fixed phases in a documented order, filled with steps by plugins. Equal by id.
 *
 * @public
 */
export interface Pipeline<Ctx, Name extends string = string> {
  readonly kind: 'pipeline';
  readonly id: string;
  /** Phase names, in order. */
  readonly phases: readonly Name[];
  /** Typed references for `step`: `createPipeline.phase.rootfs`. */
  readonly phase: { readonly [K in Name]: Phase<Ctx> };
  /** A method, so that a pipeline of a wider context serves where a narrower one is asked for. */
  enter?(ctx: Ctx, info: StepInfo): void;
}

/** The half of a pipeline that knows its context and waits for its phases. @public */
export interface PipelineStart<Ctx> {
  inPhases<const Names extends readonly string[]>(names: Names, settings?: PipelineSettings<Ctx>): Pipeline<Ctx, Names[number]>;
}

/**
 * Defines a pipeline whose steps work on a `Ctx`.
 *
 * Two calls, because TypeScript infers either all type arguments of a call or none: the context is said, the
 * names of the phases are inferred.
 *
 * @example
 * const brew = pipeline<Pot>('brew').inPhases(['heat', 'pour']);
 * brew.phase.heat;
 *
 * @public
 */
export function pipeline<Ctx>(id: string): PipelineStart<Ctx> {
  return {
    inPhases(names, settings = {}) {
      type Name = (typeof names)[number];
      const phase = {} as Record<Name, Phase<Ctx>>;
      const made: Pipeline<Ctx, Name> = {
        kind: 'pipeline',
        id,
        phases: names,
        phase,
        ...(settings.enter === undefined ? {} : { enter: settings.enter }),
      };
      if (new Set(names).size < names.length) throw phaseTwice(id, names);
      for (const name of names as readonly Name[]) phase[name] = { kind: 'phase', name, pipeline: made };
      return made;
    },
  };
}

/** True for a phase reference, from whichever copy of this package. */
export function isPhase(value: unknown): value is Phase<unknown> {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'phase';
}
