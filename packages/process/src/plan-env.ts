import type { Op } from '@standpipe/program';
import { type Environment, parseEnv, withVariables } from './env.js';
import { planHome } from './home.js';
import { planListenFds } from './listen-fds.js';

export interface PlanEnvironmentInput {
  readonly uid: number;
  /** How many of the command's fds, from 3 up, are sockets that `listenFds` counted. */
  readonly listenFds?: number | undefined;
  readonly pointer?: string | undefined;
}

export interface EnvironmentPlan {
  /** In the container's root, as its user. */
  readonly ops: Op[];
  readonly environment: Environment;
}

/**
 * Plans the environment: `process.env`, with the user's home from the container's /etc/passwd where
 * HOME is missing or empty, and with what sd_listen_fds(3) looks for.
 *
 * @throws SpecError as `parseEnv`
 */
export function planEnvironment(env: readonly string[], { uid, listenFds = 0, pointer }: PlanEnvironmentInput): EnvironmentPlan {
  const given = parseEnv(env, pointer);
  const home = (given.get('HOME') ?? '') === '' ? planHome(uid) : undefined;
  const listen = listenFds === 0 ? undefined : planListenFds(listenFds);
  return {
    ops: [...(home?.ops ?? []), ...(listen?.ops ?? [])],
    environment: withVariables(given, { ...listen?.variables, ...(home === undefined ? {} : { HOME: home.variable }) }),
  };
}
