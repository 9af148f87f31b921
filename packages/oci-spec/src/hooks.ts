import { type Check, list, object, required, type Shape } from './check.js';
import { environment } from './process/environment.js';
import { absolutePath, integer, text } from './values.js';

const hookFields = {
  /** Absolute path of the executable; no PATH look-up. */
  path: required(absolutePath),
  /** argv, the name included. */
  args: list(text()),
  /** `NAME=value` each. */
  env: environment,
  /** Seconds until the hook is given up, at least 1. */
  timeout: integer(1, 2 ** 31 - 1),
};

/** A program that is run at a point of the container's life, with the state on its standard input. */
export interface Hook extends Shape<typeof hookFields> {}
const hook: Check<Hook> = object(hookFields);

const hooks = list(hook);

const hooksFields = {
  /** @deprecated by the specification, yet what Docker uses: as `createRuntime`, and before them. */
  prestart: hooks,
  /** During create, in the runtime's namespaces, once the container's exist and before pivot_root. */
  createRuntime: hooks,
  /** During create, in the container's namespaces, found in the runtime's, before pivot_root. */
  createContainer: hooks,
  /** During start, in the container, before the process is executed. */
  startContainer: hooks,
  /** In the runtime's namespaces, once the process is executed and before start returns. */
  poststart: hooks,
  /** In the runtime's namespaces, once the container is deleted and before delete returns. */
  poststop: hooks,
};

/** `hooks`, of all six kinds. Each list runs in its order. */
export interface Hooks extends Shape<typeof hooksFields> {}
export const hooksObject: Check<Hooks> = object(hooksFields);

/** The kinds of hooks, in the order of a container's life. */
export const hookNames: readonly (keyof Hooks)[] = Object.keys(hooksFields) as (keyof Hooks)[];
