import type { AssemblyProblem } from '@standpipe/errors';
import { configRefused } from '../errors.js';
import { jsonPointer } from '../json-pointer.js';
import { nearestName } from '../nearest-name.js';
import { configInvalid } from '../problems.js';
import type { AssemblyConfig, AssemblyDocument, PluginConfig } from './assembly-config.js';
import { mergeAssemblyConfig } from './merge.js';

const keys = ['api', 'extends', 'required', 'disabled', 'bind', 'plugins'] as const;

const instanceId = /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(\/[a-z0-9][\w.-]*)?$/i;

/** Finds the document that another one extends, by name; undefined when there is none of that name. @public */
export type AssemblyLookup = (name: string) => { readonly document: unknown; readonly source: string } | undefined;

/**
 * Checks an assembly document, strictly, and resolves what it extends. `source` names it in problems
 * (`/etc/standpipe/gpu.json`). Plugin options are not looked into: each plugin's schema does that.
 *
 * @throws AssemblyError with one `CONFIG_INVALID` per fault, subject `<source>#<JSON pointer>`
 * @public
 */
export function parseAssemblyConfig(document: unknown, source: string, lookup: AssemblyLookup = () => undefined): AssemblyConfig {
  return resolve(document, source, lookup, []);
}

function resolve(document: unknown, source: string, lookup: AssemblyLookup, extending: readonly string[]): AssemblyConfig {
  const parsed = parseAssemblyDocument(document, source);
  const { extends: name, ...config } = parsed;
  if (name === undefined) return config;
  const refuse = (message: string): never => {
    throw configRefused([configInvalid(source, '/extends', message)]);
  };
  if (extending.includes(name)) return refuse(`${[...extending, name].join(' -> ')} goes in a circle`);
  const base = lookup(name) ?? refuse(`there is no assembly called ${name}`);
  return mergeAssemblyConfig(resolve(base.document, base.source, lookup, [...extending, name]), config);
}

/** Checks one document alone, leaving `extends` in it. */
function parseAssemblyDocument(document: unknown, source: string): AssemblyDocument {
  const faults: AssemblyProblem[] = [];
  const fault = (path: readonly string[], message: string, hint?: string): void => {
    faults.push(configInvalid(source, jsonPointer(path), message, hint));
  };
  const read = reader(fault);
  const root = read.object(document, []);
  if (root === undefined) throw configRefused(faults);
  for (const key of Object.keys(root)) {
    if ((keys as readonly string[]).includes(key)) continue;
    const nearest = nearestName(key, keys);
    fault([key], 'unknown key', nearest === undefined ? undefined : `did you mean ${nearest}?`);
  }
  if (root['api'] !== 1) fault(['api'], `is ${JSON.stringify(root['api']) ?? 'missing'}, must be 1`);

  const plugins: [string, PluginConfig][] = [];
  for (const [instance, options] of read.entries(root['plugins'], ['plugins'])) {
    const at = ['plugins', instance];
    if (!instanceId.test(instance)) fault(at, 'an instance id is `type` or `type/name`, of letters, digits, dots, dashes and underscores');
    const taken = read.object(options, at);
    if (taken?.['use'] !== undefined) read.name(taken['use'], [...at, 'use']);
    if (taken !== undefined) plugins.push([instance, taken]);
  }
  const required = read.names(root['required'], ['required']);
  const disabled = read.names(root['disabled'], ['disabled']);
  disabled.forEach((name, index) => {
    if (required.includes(name)) fault(['disabled', String(index)], `${name} is required as well`);
  });
  const bind: [string, string][] = [];
  for (const [service, instance] of read.entries(root['bind'], ['bind'])) {
    if (read.name(instance, ['bind', service])) bind.push([service, instance]);
  }
  const base = root['extends'];
  const named = base !== undefined && read.name(base, ['extends']);
  if (faults.length > 0) throw configRefused(faults);
  // fromEntries, because assigning a key called `__proto__` would not make one.
  return {
    api: 1,
    required,
    disabled,
    bind: Object.fromEntries(bind),
    plugins: Object.fromEntries(plugins),
    ...(named ? { extends: base } : {}),
  };
}

type Fault = (path: readonly string[], message: string) => void;

interface Reader {
  object(value: unknown, path: readonly string[]): Record<string, unknown> | undefined;
  entries(value: unknown, path: readonly string[]): [string, unknown][];
  name(value: unknown, path: readonly string[]): value is string;
  names(value: unknown, path: readonly string[]): string[];
}

function reader(fault: Fault): Reader {
  const read: Reader = {
    object(value, path) {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
      fault(path, 'must be an object');
      return undefined;
    },
    entries(value, path) {
      return value === undefined ? [] : Object.entries(read.object(value, path) ?? {});
    },
    name(value, path): value is string {
      if (typeof value === 'string' && value !== '') return true;
      fault(path, 'must be a non-empty string');
      return false;
    },
    names(value, path) {
      if (value === undefined) return [];
      if (!Array.isArray(value)) {
        fault(path, 'must be an array of names');
        return [];
      }
      return value.filter((item: unknown, index): item is string => read.name(item, [...path, String(index)]));
    },
  };
  return read;
}
