import type { SpecIssue } from '@standpipe/errors';
import type { Assembly } from '@standpipe/kernel';
import { link, type Program } from '@standpipe/program';
import { type Callback, createContext, createPipeline, type CreateSettings, type HostFacts } from '@standpipe/runtime-api';
import type { Bundle } from './bundle.js';

/** The create pipeline's result for one bundle: what would be run, and nothing touched yet. */
export interface CreateProgram {
  readonly program: Program;
  readonly warnings: readonly SpecIssue[];
  /** TypeScript that the program stops for. Empty for the default assembly. */
  readonly callbacks: readonly Callback[];
  /** Whether it is to be started with a control socket, for them and for its failures. */
  readonly hasControl: boolean;
  /** Where it finds the socket; the fds from 3 up to here are the user's process's. */
  readonly controlFd: number;
}

/** Compiles a bundle to the program that creates and runs its container. */
export async function createProgram(
  assembly: Assembly,
  bundle: Bundle,
  settings: CreateSettings,
  facts: HostFacts,
): Promise<CreateProgram> {
  const context = createContext({ spec: bundle.spec, settings, facts });
  context.warnings.push(...bundle.warnings);
  await assembly.pipeline(createPipeline).run(context);
  const { callbacks, controlFd, hasControl } = context.program;
  return { program: link(context.program.source()), warnings: firstByPointer(context.warnings), callbacks, hasControl, controlFd };
}

/** What the specification and a library both have a word on is told once. */
export function firstByPointer(warnings: readonly SpecIssue[]): SpecIssue[] {
  return warnings.filter(({ pointer }, i) => warnings.findIndex((other) => other.pointer === pointer) === i);
}
