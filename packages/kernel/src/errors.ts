import { AssemblyError, type AssemblyProblem, PlumbingError, StepError } from '@standpipe/errors';
import type { PluginReport } from './assembly/report.js';
import type { StepInfo } from './pipeline.js';

/** All problems of an assembly, sorted. `details.plugins` lists each plugin with its state, failed ones included. */
export function assemblyFailed(problems: readonly AssemblyProblem[], plugins: readonly PluginReport[]): AssemblyError {
  const sorted = problems.toSorted((a, b) => compare(a.code, b.code) || compare(a.subject, b.subject) || compare(a.message, b.message));
  const count = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`;
  return new AssemblyError(`assembly failed: ${count}`, { problems: sorted, details: { plugins } });
}

/** An assembly config that doesn't hold; nothing was loaded yet. */
export function configRefused(problems: readonly AssemblyProblem[]): AssemblyError {
  return assemblyFailed(problems, []);
}

export function serviceFailed(fields: { service: string; plugin: string; cause: unknown }): PlumbingError {
  const { service, plugin, cause } = fields;
  return new PlumbingError(`plugin ${plugin} could not make ${service}: ${textOf(cause)}`, {
    code: 'SERVICE_FAILED',
    cause,
    details: { service, plugin },
  });
}

export function serviceAsynchronous(fields: { service: string; plugin: string }): PlumbingError {
  return new PlumbingError(`plugin ${fields.plugin} made a promise of ${fields.service}`, {
    code: 'SERVICE_ASYNC',
    hint: 'return the service from the factory at once and let its methods be asynchronous',
    details: fields,
  });
}

export function serviceMissing(service: string, nearest: string | undefined): PlumbingError {
  return new PlumbingError(`no plugin provides ${service}`, {
    code: 'MISSING_SERVICE',
    hint: nearest === undefined ? undefined : `there is ${nearest}`,
    details: { service },
  });
}

export function assemblyClosed(): PlumbingError {
  return new PlumbingError('the assembly is closed', { code: 'ASSEMBLY_CLOSED' });
}

export function closeFailed(failures: readonly { service: string; plugin: string; cause: unknown }[]): PlumbingError {
  const [first] = failures;
  return new PlumbingError(
    `closing the assembly: plugin ${first?.plugin} could not dispose of ${first?.service}: ${textOf(first?.cause)}`,
    {
      code: 'DISPOSE_FAILED',
      cause: first?.cause,
      details: { failures: failures.map(({ service, plugin, cause }) => ({ service, plugin, message: textOf(cause) })) },
    },
  );
}

export function phaseTwice(pipeline: string, phases: readonly string[]): PlumbingError {
  const twice = phases.find((name, index) => phases.indexOf(name) < index);
  return new PlumbingError(`pipeline ${pipeline} has phase ${twice} twice`, { code: 'DUPLICATE_ID', details: { pipeline, phases } });
}

export function slotEmpty(slot: string): PlumbingError {
  return new PlumbingError(`nothing was written to slot ${slot}`, {
    code: 'SLOT_EMPTY',
    hint: 'name the slot in the `reads` of the step that needs it, and assemble a plugin that writes it',
    details: { slot },
  });
}

export function stepFailed(info: StepInfo, cause: unknown, undoErrors: readonly unknown[]): StepError {
  return new StepError(`${placeOf(info)} failed: ${textOf(cause)}`, { ...info, cause, undoErrors });
}

export function stepAborted(
  info: StepInfo,
  state: 'waiting' | 'stopped' | 'hanging',
  cause: unknown,
  undoErrors: readonly unknown[],
): StepError {
  const what = {
    waiting: 'was not started',
    stopped: 'was stopped',
    hanging: 'did not stop when told to',
  }[state];
  return new StepError(`${placeOf(info)} ${what}: ${textOf(cause)}`, { ...info, code: 'STEP_ABORTED', cause, undoErrors });
}

export function undoFailed(info: StepInfo, cause: unknown, undoErrors: readonly unknown[]): StepError {
  return new StepError(`${placeOf(info)} could not be undone: ${textOf(cause)}`, { ...info, code: 'UNDO_FAILED', cause, undoErrors });
}

function placeOf(info: StepInfo): string {
  return `step ${info.step} (${info.pipeline}/${info.phase}, plugin ${info.plugin})`;
}

/** The sentence of an error, or what else was thrown. */
export function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
