import type { AssemblyProblem } from '@standpipe/errors';
import { textOf } from './errors.js';
import { KERNEL_API } from './plugin.js';

// The catalogue of everything that can be wrong with an assembly, one function each.

export function unknownPlugin(fields: { subject: string; name: string; nearest: string | undefined; where: string }): AssemblyProblem {
  return {
    code: 'UNKNOWN_PLUGIN',
    subject: fields.subject,
    message: `no plugin is called ${fields.name} (${fields.where})`,
    hint: fields.nearest === undefined ? undefined : `did you mean ${fields.nearest}?`,
  };
}

export function pluginLoad(instance: string, name: string, cause: unknown): AssemblyProblem {
  return { code: 'PLUGIN_LOAD', subject: instance, message: `${name} could not be loaded: ${textOf(cause)}` };
}

export function notAPlugin(instance: string, name: string): AssemblyProblem {
  return {
    code: 'PLUGIN_LOAD',
    subject: instance,
    message: `${name} is not a plugin`,
    hint: 'export what definePlugin returns',
  };
}

export function apiMismatch(instance: string, api: unknown): AssemblyProblem {
  return {
    code: 'API_MISMATCH',
    subject: instance,
    message: `the plugin is made for kernel API ${String(api)}, this kernel has ${KERNEL_API}`,
    hint: 'install a release of the plugin that matches this runtime',
  };
}

export function configInvalid(subject: string, pointer: string, message: string, hint?: string): AssemblyProblem {
  return { code: 'CONFIG_INVALID', subject, message: `${pointer === '' ? '(document)' : pointer}: ${message}`, hint };
}

export function notSupported(instance: string, reason: string): AssemblyProblem {
  return {
    code: 'NOT_SUPPORTED',
    subject: instance,
    message: `required, but skipped: ${reason}`,
    hint: `take ${instance} out of required to go on without it`,
  };
}

export function probeFailed(instance: string, cause: unknown): AssemblyProblem {
  return { code: 'PROBE_FAILED', subject: instance, message: `the plugin's probe threw: ${textOf(cause)}` };
}

export function declareFailed(instance: string, cause: unknown): AssemblyProblem {
  return { code: 'DECLARE_FAILED', subject: instance, message: `the plugin's declare threw: ${textOf(cause)}` };
}

export function badDeclaration(instance: string, message: string): AssemblyProblem {
  return { code: 'DECLARE_FAILED', subject: instance, message };
}

export function missingService(fields: { service: string; neededBy: string; as: string; hint: string | undefined }): AssemblyProblem {
  return {
    code: 'MISSING_SERVICE',
    subject: fields.service,
    message: `needed by ${fields.neededBy} (${fields.as})`,
    hint: fields.hint,
  };
}

export function ambiguousService(service: string, providers: readonly string[]): AssemblyProblem {
  return {
    code: 'AMBIGUOUS_SERVICE',
    subject: service,
    message: `provided by ${providers.join(', ')}`,
    hint: `set bind.${JSON.stringify(service)} to one of them`,
  };
}

export function unknownBind(service: string, instance: string, because: string, hint: string | undefined): AssemblyProblem {
  return { code: 'UNKNOWN_BIND', subject: service, message: `bound to ${instance}, ${because}`, hint };
}

export function serviceCycle(path: readonly string[]): AssemblyProblem {
  return {
    code: 'SERVICE_CYCLE',
    subject: path[0] ?? '',
    message: path.join(' -> '),
    hint: 'name in `needs` only the dependencies that each factory takes, or break the circle with an extension point',
  };
}

export function duplicateService(service: string, instance: string): AssemblyProblem {
  return { code: 'DUPLICATE_ID', subject: service, message: `provided twice by ${instance}` };
}

export function duplicateStep(pipeline: string, step: string, instances: readonly string[]): AssemblyProblem {
  return {
    code: 'DUPLICATE_ID',
    subject: `${pipeline}: ${step}`,
    message: `placed by ${instances.join(' and ')}`,
    hint: 'step ids are unique in a pipeline; disable one of the plugins or rename its step',
  };
}

export function unknownPhase(instance: string, step: string, where: string, hint: string | undefined): AssemblyProblem {
  return { code: 'UNKNOWN_PHASE', subject: instance, message: `step ${step} is placed in ${where}`, hint };
}

export function stepCycle(place: string, path: readonly string[], reasons: readonly string[]): AssemblyProblem {
  return { code: 'STEP_CYCLE', subject: place, message: `${path.join(' -> ')} (${reasons.join(', ')})` };
}
