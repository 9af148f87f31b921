/**
 * A service: one thing that one plugin provides and others require. The token is both the name at run
 * time and the carrier of the type; an interface of the same name beside it reads best.
 *
 * Tokens are equal by `key`, a `Symbol.for`, so two installed copies of a contract package still meet.
 *
 * @public
 */
export interface Service<T> {
  readonly kind: 'service';
  readonly id: string;
  readonly key: symbol;
  /** Type only; never present. */
  readonly '~type'?: T;
}

/**
 * An extension point: any number of plugins contribute to it, and whoever requires it gets them all as an
 * array, in the order in which the assembly config lists the plugins.
 *
 * @public
 */
export interface ExtensionPoint<T> {
  readonly kind: 'extension-point';
  readonly id: string;
  readonly key: symbol;
  /** Type only; never present. */
  readonly '~type'?: T;
}

/**
 * A slot: a named value that steps of a pipeline hand to each other. Naming it in `reads` and `writes`
 * orders the steps; {@link SlotValues} carries it.
 *
 * @public
 */
export interface Slot<T> {
  readonly kind: 'slot';
  readonly id: string;
  readonly key: symbol;
  /** Type only; never present. */
  readonly '~type'?: T;
}

/** What a plugin may name in `requires`. @public */
export type Dependency = Service<unknown> | ExtensionPoint<unknown>;

/** Makes the token of a service. Ids read `<subject>.<noun>`: `cgroups.manager`. @public */
export function service<T>(id: string): Service<T> {
  return { kind: 'service', id, key: Symbol.for(`standpipe.service:${id}`) };
}

/** Makes the token of an extension point. Ids read `<subject>.<plurals>`: `rootfs.mounts`. @public */
export function extensionPoint<T>(id: string): ExtensionPoint<T> {
  return { kind: 'extension-point', id, key: Symbol.for(`standpipe.extension-point:${id}`) };
}

/** Makes the token of a slot. @public */
export function slot<T>(id: string): Slot<T> {
  return { kind: 'slot', id, key: Symbol.for(`standpipe.slot:${id}`) };
}

/** True for a service or an extension point, from whichever copy of this package. */
export function isDependency(value: unknown): value is Dependency {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, key } = value as Partial<Dependency>;
  return (kind === 'service' || kind === 'extension-point') && typeof key === 'symbol';
}
