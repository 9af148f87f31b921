import type { AssemblyProblem } from '@standpipe/errors';
import { declareKit, type FactoryDeclaration, type StepDeclaration } from '../declaration.js';
import { textOf } from '../errors.js';
import { jsonPointer } from '../json-pointer.js';
import type { Plugin } from '../plugin.js';
import { badDeclaration, configInvalid, declareFailed, notSupported, probeFailed } from '../problems.js';
import type { StandardSchema } from '../standard-schema.js';
import { isThenable } from '../thenable.js';
import { isDependency } from '../token.js';
import { dependenciesOf, type Instance } from './instance.js';
import { fail } from './load.js';

/** Validates options, probes, and declares, for each loaded instance. What fails is named and left out. */
export function declarePlugins(instances: readonly Instance[], problems: AssemblyProblem[]): void {
  for (const instance of instances) {
    const { plugin } = instance;
    if (plugin === undefined || instance.state !== 'ok') continue;
    const faults = checkConfig(instance, plugin);
    if (faults.length > 0) problems.push(...faults.map((fault) => fail(instance, fault)));
    else if (probe(instance, plugin, problems)) declare(instance, plugin, problems);
  }
}

/** The options of an instance through its plugin's schema, into `instance.config`. */
function checkConfig(instance: Instance, plugin: Plugin): AssemblyProblem[] {
  const { id, options } = instance;
  if (plugin.config === undefined) {
    return Object.keys(options).map((key) => configInvalid(id, jsonPointer(['plugins', id, key]), 'the plugin takes no options'));
  }
  let result: ReturnType<StandardSchema['~standard']['validate']>;
  try {
    result = plugin.config['~standard'].validate(options);
  } catch (cause) {
    return [configInvalid(id, jsonPointer(['plugins', id]), `the schema of the plugin threw: ${textOf(cause)}`)];
  }
  if (isThenable(result)) {
    result.then(undefined, () => undefined);
    return [configInvalid(id, jsonPointer(['plugins', id]), 'the schema of the plugin validates asynchronously')];
  }
  if (result.issues === undefined) {
    instance.config = result.value;
    return [];
  }
  return result.issues.map(({ path = [], message }) => {
    const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
    return configInvalid(id, jsonPointer(['plugins', id, ...keys]), message);
  });
}

function probe(instance: Instance, plugin: Plugin, problems: AssemblyProblem[]): boolean {
  try {
    const outcome = plugin.probe?.(instance.config as never) ?? { supported: true };
    if (outcome.supported) return true;
    instance.state = 'skipped';
    instance.reason = outcome.reason;
    if (instance.required) problems.push(notSupported(instance.id, outcome.reason));
  } catch (cause) {
    problems.push(fail(instance, probeFailed(instance.id, cause)));
  }
  return false;
}

function declare(instance: Instance, plugin: Plugin, problems: AssemblyProblem[]): void {
  const dependencies = dependenciesOf(plugin);
  const wrong = dependencies
    .filter(({ token }) => !isDependency(token))
    .map(({ name }) => `${name} is not a service or an extension point`);
  try {
    const declared = plugin
      .declare(declareKit, instance.config as never)
      .filter((item) => item !== undefined && item !== null && item !== false);
    const factories = declared.filter((item): item is FactoryDeclaration => item.kind === 'factory');
    instance.steps = declared.filter((item): item is StepDeclaration => item.kind === 'step');
    instance.factories = factories.filter(({ token }) => isDependency(token));
    if (instance.factories.length < factories.length) wrong.push('a factory is given for what is neither a service nor an extension point');
    for (const { token, needs = [] } of instance.factories) {
      for (const need of needs) {
        const known = dependencies.some(({ name }) => name === need);
        if (!known) wrong.push(`the factory of ${token.id} needs ${need}, which is not in requires or optional`);
      }
    }
  } catch (cause) {
    problems.push(fail(instance, declareFailed(instance.id, cause)));
  }
  problems.push(...wrong.map((message) => fail(instance, badDeclaration(instance.id, message))));
}
