import { Container } from 'inversify';
import { assemblyClosed, closeFailed, serviceAsynchronous, serviceFailed } from '../errors.js';
import type { NamedDependency } from '../assembly/instance.js';
import type { Provider, ServiceGraph } from '../graph/provider.js';
import type { Dependency } from '../token.js';

/**
 * The services of an assembly, each made once, when first asked for. The only file that knows inversify.
 *
 * A service is bound when it is first asked for, together with what it needs: a run that touches three services of
 * forty pays for three. `jitless` keeps inversify from compiling code out of strings, which a process that may be
 * root should not do.
 */
export class ServiceContainer {
  readonly #container = new Container({ defaultScope: 'Singleton', jitless: true });
  readonly #providers: ServiceGraph['providers'];
  readonly #bound = new Set<symbol>();
  readonly #made: { readonly provider: Provider; readonly instance: unknown }[] = [];
  #closed = false;

  constructor(graph: ServiceGraph) {
    this.#providers = graph.providers;
  }

  /** The service, or undefined without a provider; all items of an extension point. */
  get(token: Dependency): unknown {
    if (this.#closed) throw assemblyClosed();
    this.#bind(token.key);
    if (token.kind === 'extension-point') return this.#container.getAll(token.key, { optional: true });
    return this.#container.get(token.key, { optional: true });
  }

  /** Disposes of what was made, in reverse, all of it; then throws the first failure. */
  async close(): Promise<void> {
    this.#closed = true;
    const failures = [];
    for (const { provider, instance } of this.#made.splice(0).reverse()) {
      try {
        await disposerOf(provider, instance)?.();
      } catch (cause) {
        failures.push({ service: provider.token.id, plugin: provider.instance.id, cause });
      }
    }
    if (failures.length > 0) throw closeFailed(failures);
  }

  #bind(key: symbol): void {
    if (this.#bound.has(key)) return;
    this.#bound.add(key);
    for (const provider of this.#providers.get(key) ?? []) {
      for (const { token } of provider.needs) this.#bind(token.key);
      const make = (...values: unknown[]): unknown => this.#make(provider, values);
      // inversify derives the options' type from each parameter's; here those are known to the kernel alone.
      this.#container.bind(key).toResolvedValue(make, provider.needs.map(injection) as never);
    }
  }

  #make(provider: Provider, values: readonly unknown[]): unknown {
    const names = { service: provider.token.id, plugin: provider.instance.id };
    const deps = Object.fromEntries(provider.needs.map(({ name }, index) => [name, values[index]]));
    let instance: unknown;
    try {
      instance = provider.create(deps, provider.instance.config);
    } catch (cause) {
      throw serviceFailed({ ...names, cause });
    }
    if (instance instanceof Promise) {
      instance.catch(() => undefined);
      throw serviceAsynchronous(names);
    }
    this.#made.push({ provider, instance });
    return instance;
  }
}

function injection({ token, optional }: NamedDependency): object {
  if (token.kind === 'extension-point') return { serviceIdentifier: token.key, isMultiple: true, optional: true };
  return optional ? { serviceIdentifier: token.key, optional: true } : { serviceIdentifier: token.key };
}

function disposerOf(provider: Provider, instance: unknown): (() => unknown) | undefined {
  const { dispose } = provider;
  if (dispose !== undefined) return () => dispose(instance);
  if (typeof instance !== 'object' || instance === null) return undefined;
  const disposable = instance as Partial<AsyncDisposable & Disposable>;
  if (disposable[Symbol.asyncDispose] !== undefined) return () => disposable[Symbol.asyncDispose]?.();
  return disposable[Symbol.dispose] === undefined ? undefined : () => disposable[Symbol.dispose]?.();
}
