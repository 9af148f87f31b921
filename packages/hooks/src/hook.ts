/** A program that is run at a point of a container's life, in the form of config.json. */
export interface Hook {
  /** Absolute path of the executable; there is no look-up in PATH. */
  readonly path: string;
  /** argv, the name included. When left out it is the path alone. */
  readonly args?: readonly string[] | undefined;
  /** The whole environment, `NAME=value` each. When left out there is none. */
  readonly env?: readonly string[] | undefined;
  /** Seconds until the hook is killed, at least 1. When left out it may take as long as it likes. */
  readonly timeout?: number | undefined;
}

/** The kinds of hooks, in the order of a container's life. */
export const hookKinds = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'] as const;

export type HookKind = (typeof hookKinds)[number];

/** `hooks` of config.json. */
export type Hooks = { readonly [Kind in HookKind]?: readonly Hook[] | undefined };

/** What the state says of the container while hooks of a kind run. */
export const statusDuring = {
  prestart: 'creating',
  createRuntime: 'creating',
  createContainer: 'creating',
  startContainer: 'created',
  poststart: 'running',
  poststop: 'stopped',
} as const satisfies Readonly<Record<HookKind, string>>;
