import { Container } from 'inversify';
import type { NamedDependency } from '../assembly/instance.js';
import type { Provider, ServiceGraph } from '../graph/provider.js';
import type { Dependency } from '../token.js';

/** Makes a provider's instance from the values it needs, in the order of `needs`; gives back the one there is. */
export type Make = (provider: Provider, values: readonly unknown[]) => unknown;

/**
 * Injects: finds what a factory needs, makes that first, and each thing once. The only file that knows
 * inversify.
 *
 * A token is bound when it is first asked for, together with what it needs: a run that touches three services of
 * forty pays for three. `jitless` keeps inversify from compiling code out of strings, which a process that may be
 * root should not do.
 */
export class Injector {
  readonly #container = new Container({ defaultScope: 'Singleton', jitless: true });
  readonly #bound = new Set<symbol>();
  readonly #providers: ServiceGraph['providers'];
  readonly #make: Make;

  constructor(providers: ServiceGraph['providers'], make: Make) {
    this.#providers = providers;
    this.#make = make;
  }

  get({ kind, key }: Dependency): unknown {
    this.#bind(key);
    return kind === 'service' ? this.#container.get(key) : this.#container.getAll(key);
  }

  #bind(key: symbol): void {
    if (this.#bound.has(key)) return;
    this.#bound.add(key);
    for (const provider of this.#providers.get(key) ?? []) {
      for (const { token } of provider.needs) this.#bind(token.key);
      const make = (...values: unknown[]): unknown => this.#make(provider, values);
      // inversify derives the options' types from the parameters'; here only the plugin knew those.
      this.#container.bind(key).toResolvedValue(make, provider.needs.map(injection) as never);
    }
  }
}

function injection({ token, optional }: NamedDependency): object {
  if (token.kind === 'extension-point') return { serviceIdentifier: token.key, isMultiple: true, optional: true };
  return optional ? { serviceIdentifier: token.key, optional: true } : { serviceIdentifier: token.key };
}
