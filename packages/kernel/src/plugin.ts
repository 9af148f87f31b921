import type { Declaration, DeclareKit, DepsOf } from './declaration.js';
import type { SchemaOutput, StandardSchema } from './standard-schema.js';
import type { Dependency, Service } from './token.js';

/** The version of the contract between kernel and plugins. @public */
export const KERNEL_API = 1;

/** Whether this machine can run a plugin. `reason` is shown as is. @public */
export type ProbeResult = { readonly supported: true } | { readonly supported: false; readonly reason: string };

/** What a plugin's author writes. @public */
export interface PluginDefinition<
  Requires extends Readonly<Record<string, Dependency>>,
  Optional extends Readonly<Record<string, Service<unknown>>>,
  Schema extends StandardSchema | undefined,
> {
  /** kebab-case, after the subject: `cgroups-v2`. */
  readonly id: string;
  readonly api: typeof KERNEL_API;
  /** Services that must be there, and extension points, under the names that factories and steps use. */
  readonly requires?: Requires;
  /** Services that may be absent: `undefined` then. */
  readonly optional?: Optional;
  /** Checks the options from the assembly config and fills in defaults. Validates synchronously. */
  readonly config?: Schema;
  /** Says whether this machine has what the plugin needs. Never throws for "no". */
  readonly probe?: (config: SchemaOutput<Schema>) => ProbeResult;
  /** Pure and cheap: says what the plugin adds, touches nothing. Falsy entries are left out. */
  readonly declare: (
    kit: DeclareKit<DepsOf<Requires, Optional>, SchemaOutput<Schema>>,
    config: SchemaOutput<Schema>,
  ) => readonly (Declaration | false | null | undefined)[];
}

/** A plugin, ready to assemble. Its inner types are its own business. @public */
export interface Plugin {
  readonly kind: 'plugin';
  readonly id: string;
  readonly api: number;
  readonly requires: Readonly<Record<string, Dependency>>;
  readonly optional: Readonly<Record<string, Service<unknown>>>;
  readonly config: StandardSchema | undefined;
  readonly probe: ((config: never) => ProbeResult) | undefined;
  readonly declare: (kit: DeclareKit<never, never>, config: never) => readonly (Declaration | false | null | undefined)[];
}

/**
 * Defines a plugin: what it needs, what it takes, and what it adds. Dependencies and config reach its
 * factories and steps typed by inference.
 *
 * @public
 */
export function definePlugin<
  const Requires extends Readonly<Record<string, Dependency>> = Record<never, never>,
  const Optional extends Readonly<Record<string, Service<unknown>>> = Record<never, never>,
  Schema extends StandardSchema | undefined = undefined,
>(definition: PluginDefinition<Requires, Optional, Schema>): Plugin {
  return {
    kind: 'plugin',
    id: definition.id,
    api: definition.api,
    requires: definition.requires ?? {},
    optional: definition.optional ?? {},
    config: definition.config,
    probe: definition.probe,
    declare: definition.declare,
  };
}

/** True for what `definePlugin` made, in whichever copy of this package. */
export function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, declare } = value as Partial<Plugin>;
  return kind === 'plugin' && typeof declare === 'function';
}
