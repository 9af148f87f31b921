import type { AssemblyProblem } from '@standpipe/errors';
import type { AssemblyConfig } from '../config/assembly-config.js';
import { nearestName } from '../nearest-name.js';
import { isPlugin, KERNEL_API, type Plugin } from '../plugin.js';
import { apiMismatch, notAPlugin, pluginLoad, unknownPlugin } from '../problems.js';
import { isThenable } from '../thenable.js';
import { type Instance, typeOfInstance } from './instance.js';

/** A plugin, or what makes one when it is listed in the config. @public */
export type PluginSource = Plugin | (() => Plugin | Promise<Plugin>);

/** Where plugins come from. */
export interface PluginSources {
  readonly plugins: Readonly<Record<string, PluginSource>>;
  readonly resolve?: ((name: string) => Promise<unknown>) | undefined;
}

/** Makes an instance of every entry of the config; disabled ones stay unloaded. */
export function listInstances(config: AssemblyConfig, problems: AssemblyProblem[]): Instance[] {
  const ids = Object.keys(config.plugins);
  for (const list of ['required', 'disabled'] as const) {
    for (const name of config[list] ?? []) {
      if (!ids.includes(name)) problems.push(unknownPlugin({ subject: list, name, nearest: nearestName(name, ids), where: `in ${list}` }));
    }
  }
  return Object.entries(config.plugins).map(([id, { use, ...options }], rank) => ({
    id,
    rank,
    name: use ?? typeOfInstance(id),
    options,
    required: config.required?.includes(id) ?? false,
    state: config.disabled?.includes(id) ? 'disabled' : 'ok',
    reason: undefined,
    plugin: undefined,
    config: undefined,
    factories: [],
    steps: [],
  }));
}

/** Fetches the plugin behind each instance that isn't disabled. Plugins from `resolve` load side by side. */
export async function loadPlugins(instances: readonly Instance[], sources: PluginSources, problems: AssemblyProblem[]): Promise<void> {
  const waits: Promise<void>[] = [];
  for (const instance of instances) {
    if (instance.state !== 'ok') continue;
    const { name } = instance;
    const known = Object.hasOwn(sources.plugins, name) ? sources.plugins[name] : undefined;
    if (known === undefined && sources.resolve === undefined) {
      const nearest = nearestName(name, Object.keys(sources.plugins));
      problems.push(fail(instance, unknownPlugin({ subject: instance.id, name, nearest, where: `plugins.${instance.id}` })));
      continue;
    }
    try {
      const found: unknown = known === undefined ? sources.resolve?.(name) : typeof known === 'function' ? known() : known;
      if (isThenable(found)) {
        waits.push(
          Promise.resolve(found).then(
            (loaded: unknown) => take(instance, loaded, problems),
            (cause: unknown) => void problems.push(fail(instance, pluginLoad(instance.id, name, cause))),
          ),
        );
      } else {
        take(instance, found, problems);
      }
    } catch (cause) {
      problems.push(fail(instance, pluginLoad(instance.id, name, cause)));
    }
  }
  if (waits.length > 0) await Promise.all(waits);
}

function take(instance: Instance, loaded: unknown, problems: AssemblyProblem[]): void {
  if (!isPlugin(loaded)) {
    problems.push(fail(instance, notAPlugin(instance.id, instance.name)));
  } else if (loaded.api !== KERNEL_API) {
    instance.plugin = loaded;
    problems.push(fail(instance, apiMismatch(instance.id, loaded.api)));
  } else {
    instance.plugin = loaded;
  }
}

/** Marks an instance as failed and gives the problem back. */
export function fail(instance: Instance, problem: AssemblyProblem): AssemblyProblem {
  instance.state = 'failed';
  instance.reason ??= problem.message;
  return problem;
}
