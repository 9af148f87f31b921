import { isDeepStrictEqual } from 'node:util';
import type { SpecIssue } from '@standpipe/errors';
import type { Assembly } from '@standpipe/kernel';
import { link } from '@standpipe/program';
import { execContext, execPipeline, type ExecSettings, type HostFacts } from '@standpipe/runtime-api';
import { valueAt } from '../core/spec-support.js';
import { type CreateProgram, firstByPointer } from '../create-program.js';
import type { ExecutedProcess } from './process.js';
import type { ExecTarget } from './target.js';

/** Compiles a process to the program that executes it in a container. Nothing is touched yet; the program looks once more whether the container is the same. */
export async function execProgram(
  assembly: Assembly,
  { spec, container }: ExecTarget,
  { process, warnings }: ExecutedProcess,
  settings: ExecSettings,
  facts: HostFacts,
): Promise<CreateProgram> {
  const context = execContext({ spec, process, settings, facts, container });
  context.warnings.push(...warnings);
  await assembly.pipeline(execPipeline).run(context);
  const { callbacks, controlFd, hasControl } = context.program;
  // Of the container's own config was told when it was created.
  const isNew = ({ pointer }: SpecIssue): boolean => !isDeepStrictEqual(valueAt({ process }, pointer), valueAt(spec, pointer));
  return {
    program: link(context.program.source()),
    warnings: firstByPointer(context.warnings).filter(isNew),
    callbacks,
    hasControl,
    controlFd,
  };
}
