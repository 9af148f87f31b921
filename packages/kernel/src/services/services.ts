import { assemblyClosed, closeFailed, serviceAsynchronous, serviceFailed } from '../errors.js';
import type { Provider, ServiceGraph } from '../graph/provider.js';
import { isThenable } from '../thenable.js';
import type { Dependency } from '../token.js';
import type { Injector, Make } from './injector.js';

/**
 * The services of an assembly, each made once, when first asked for.
 *
 * A factory that takes nothing is simply called; the rest is the injector's work. An assembly without a factory
 * that takes something has no injector, because loading one costs more than all else the kernel does.
 */
export class Services {
  readonly #providers: ServiceGraph['providers'];
  readonly #injector: Injector | undefined;
  /** In the order of making. */
  readonly #made = new Map<Provider, unknown>();
  #closed = false;

  private constructor(providers: ServiceGraph['providers'], InjectorClass: typeof Injector | undefined) {
    this.#providers = providers;
    this.#injector = InjectorClass && new InjectorClass(providers, this.#make);
  }

  /** Loads the injector if any factory wants it. */
  static async open({ providers }: ServiceGraph): Promise<Services> {
    const injects = [...providers.values()].some((list) => list.some(({ needs }) => needs.length > 0));
    return new Services(providers, injects ? (await import('./injector.js')).Injector : undefined);
  }

  /** The service, or undefined without a provider; all items of an extension point. */
  get(token: Dependency): unknown {
    if (this.#closed) throw assemblyClosed();
    const providers = this.#providers.get(token.key) ?? [];
    if (this.#injector !== undefined && providers.some(({ needs }) => needs.length > 0)) return this.#injector.get(token);
    const items = providers.map((provider) => this.#make(provider, []));
    return token.kind === 'service' ? items[0] : items;
  }

  /** Disposes of what was made, in reverse, all of it; then throws the first failure. */
  async close(): Promise<void> {
    this.#closed = true;
    const made = [...this.#made].reverse();
    this.#made.clear();
    const failures = [];
    for (const [provider, instance] of made) {
      try {
        await dispose(provider, instance);
      } catch (cause) {
        failures.push({ service: provider.token.id, plugin: provider.instance.id, cause });
      }
    }
    if (failures.length > 0) throw closeFailed(failures);
  }

  readonly #make: Make = (provider, values) => {
    if (this.#made.has(provider)) return this.#made.get(provider);
    const names = { service: provider.token.id, plugin: provider.instance.id };
    const deps = Object.fromEntries(provider.needs.map(({ name }, index) => [name, values[index]]));
    let instance: unknown;
    try {
      instance = provider.create(deps, provider.instance.config);
    } catch (cause) {
      throw serviceFailed({ ...names, cause });
    }
    if (isThenable(instance)) {
      instance.then(undefined, () => undefined);
      throw serviceAsynchronous(names);
    }
    this.#made.set(provider, instance);
    return instance;
  };
}

function dispose(provider: Provider, instance: unknown): unknown {
  if (provider.dispose !== undefined) return provider.dispose(instance);
  if (typeof instance !== 'object' || instance === null) return undefined;
  const disposable = instance as Partial<AsyncDisposable & Disposable>;
  if (Symbol.asyncDispose in disposable) return disposable[Symbol.asyncDispose]?.();
  return disposable[Symbol.dispose]?.();
}
