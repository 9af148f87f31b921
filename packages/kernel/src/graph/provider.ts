import type { Instance, NamedDependency } from '../assembly/instance.js';
import type { Dependency } from '../token.js';

/** A factory in the assembly: of a service, or of one item of an extension point. */
export interface Provider {
  readonly token: Dependency;
  readonly instance: Instance;
  readonly needs: readonly NamedDependency[];
  readonly create: (deps: Readonly<Record<string, unknown>>, config: unknown) => unknown;
  readonly dispose: ((instance: unknown) => void | Promise<void>) | undefined;
}

/** Who provides what, once every choice is made. Extension points may have several providers, services one. */
export interface ServiceGraph {
  readonly providers: ReadonlyMap<symbol, readonly Provider[]>;
  /** Providers of a service that `bind` decided against. */
  readonly passedOver: ReadonlyMap<symbol, readonly Provider[]>;
}
