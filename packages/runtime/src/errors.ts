import { PlumbingError, SafetyError, SpecError, type SpecIssue } from '@standpipe/errors';
import type { Callback } from '@standpipe/runtime-api';

export function noBundle(path: string, cause: unknown): PlumbingError {
  return new PlumbingError(`read "${path}"`, {
    code: 'NO_BUNDLE',
    cause,
    hint: 'name the bundle with --bundle; standpipe spec writes a config.json to begin with',
  });
}

export function notHonoured(issues: readonly SpecIssue[], otherwise: string): SpecError {
  return new SpecError('the config asks for what this assembly does not do', {
    code: 'SPEC_UNSUPPORTED',
    issues,
    hint: `assemble the plugins that are named, or ${otherwise}`,
  });
}

export function notStartable(): PlumbingError {
  return new PlumbingError('a container that is only created could not be started by anyone: this assembly keeps no state', {
    code: 'NOT_STARTABLE',
    hint: 'assemble the plugin state, or run the container at once with standpipe run',
  });
}

export function needsCallback(steps: readonly string[]): PlumbingError {
  return new PlumbingError(`this container can't be compiled: ${steps.join(', ')} must run TypeScript while it is set up`, {
    code: 'NOT_COMPILABLE',
    hint: 'leave out the plugin that contributes the step, or run the container with standpipe run',
  });
}

export function callbackFailed({ origin, say, pointer }: Callback, cause: unknown): PlumbingError {
  return new PlumbingError(say ?? `${origin.plugin}/${origin.step} failed while the container was set up`, {
    code: 'CALLBACK_FAILED',
    cause,
    ...(pointer === undefined ? {} : { details: { pointer } }),
  });
}

export function outputTooLarge(limit: number): PlumbingError {
  return new PlumbingError(`the command wrote more than ${String(limit)} bytes, and was killed`, {
    code: 'OUTPUT_TOO_LARGE',
    hint: 'raise maxOutput, or read the streams of a created container',
  });
}

export function configNotReadable(id: string, path: string, cause: unknown): PlumbingError {
  return new PlumbingError(`read the config that container ${JSON.stringify(id)} was made from, ${JSON.stringify(path)}`, {
    code: 'CONFIG_NOT_READABLE',
    cause,
  });
}

export function setUpFailed(sentence: string): PlumbingError {
  return new PlumbingError(sentence, { code: 'SET_UP_FAILED' });
}

export function assemblyNotReadable(file: string, cause: unknown): PlumbingError {
  return new PlumbingError(`read the assembly "${file}"`, {
    code: 'ASSEMBLY_NOT_READABLE',
    cause,
    hint: 'name a JSON file, or one of the assemblies default and sandbox',
  });
}

export function assemblyNotSafe(file: string): SafetyError {
  return new SafetyError(`the assembly "${file}" could have been written by someone else`, {
    invariant: 'what decides which code runs is written by its user or by root alone',
    hint: 'own the file, and take write permission from group and others',
  });
}

export function pidfdSocketInvalid(path: string): PlumbingError {
  return new PlumbingError(`the path of the pidfd socket is too long: ${JSON.stringify(path)}`, {
    code: 'PIDFD_SOCKET_INVALID',
    hint: 'a socket path has at most 107 bytes; use a shorter one',
  });
}
