import { type Phase, pipeline } from '@standpipe/kernel';
import type { CreateContext } from './create-context.js';
import type { ExecContext } from './exec-context.js';
import { createPipeline } from './pipelines.js';

/**
 * Compiles a process to the program that executes it in a container that lives.
 *
 * The phases are those of create that mean something for a process, in the same order, so that a step which restricts
 * a container's first process restricts the later ones at the same place: see `processPhases`.
 *
 * | phase | half | what |
 * | --- | --- | --- |
 * | validate | | what the process asks for is weighed against what is assembled |
 * | prepare | host | signals, the way out for a terminal, the container's cgroups opened |
 * | isolate | both | a process in between joins the container and clones the container half, which waits |
 * | admit | host | the cgroups of v1, scores, limits: all that must hold before the container half goes on |
 * | release | host | the container half is told to go on |
 * | devices | container | the terminal, on the container's own devpts |
 * | restrict | container | limits, then user and capabilities |
 * | start | container | the last things before the command |
 * | commit | both | the process is executed; the host half supervises it |
 */
export const execPipeline = pipeline<ExecContext>('exec').inPhases(
  ['validate', 'prepare', 'isolate', 'admit', 'release', 'devices', 'restrict', 'start', 'commit'],
  {
    enter: (context, { plugin, step }) => {
      context.program.enter({ plugin, step });
    },
  },
);

/** The phases that create and exec have in common. */
export type ProcessPhases = { readonly [Name in (typeof execPipeline.phases)[number]]: Phase<CreateContext> };

/**
 * For steps that are the same for a container's first process and for those executed in it later, as restrictions must be:
 *
 *     ...processPhases.map(({ restrict }) => step(restrict, { id: 'greeting.limit', run: ({ process, program }) => … }))
 */
export const processPhases: readonly ProcessPhases[] = [createPipeline.phase, execPipeline.phase];
