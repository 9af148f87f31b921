import type { FactoryDeclaration, StepDeclaration } from '../declaration.js';
import type { Plugin } from '../plugin.js';
import type { Dependency } from '../token.js';
import type { PluginState } from './report.js';

/** One entry of `plugins` in the assembly config, on its way to being part of the assembly. */
export interface Instance {
  readonly id: string;
  /** Place in the config: the tie-breaker. */
  readonly rank: number;
  /** Name the plugin is looked up by. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly required: boolean;
  state: PluginState;
  reason: string | undefined;
  plugin: Plugin | undefined;
  config: unknown;
  factories: readonly FactoryDeclaration[];
  steps: readonly StepDeclaration[];
}

/** A dependency of an instance under the name its author gave it. */
export interface NamedDependency {
  readonly name: string;
  readonly token: Dependency;
  readonly optional: boolean;
}

/** All dependencies of a plugin, required ones first. */
export function dependenciesOf(plugin: Plugin): NamedDependency[] {
  return [
    ...Object.entries(plugin.requires).map(([name, token]) => ({ name, token, optional: false })),
    ...Object.entries(plugin.optional).map(([name, token]) => ({ name, token, optional: true })),
  ];
}

/** What comes before the name in an instance id: `gpu` of `gpu/left`, `@acme/gpu` of `@acme/gpu/left`. */
export function typeOfInstance(id: string): string {
  return nameStart(id) === -1 ? id : id.slice(0, nameStart(id));
}

/** `/left` of `gpu/left`; empty for an instance without a name. */
export function suffixOfInstance(id: string): string {
  return nameStart(id) === -1 ? '' : id.slice(nameStart(id));
}

function nameStart(id: string): number {
  return id.indexOf('/', id.startsWith('@') ? id.indexOf('/') + 1 : 0);
}
