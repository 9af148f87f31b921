import { declareKit } from '../declaration.js';
import type { Lack } from '../graph/service-graph.js';
import { isPlugin, type Plugin } from '../plugin.js';
import { isThenable } from '../thenable.js';
import type { Instance } from './instance.js';
import type { PluginSource } from './load.js';

/**
 * Says who would provide a missing service: a listed plugin that is out, or a known one that isn't listed. Only
 * runs once something is missing, so loading every known plugin is no loss.
 */
export async function hintFor(
  { token }: Lack,
  instances: readonly Instance[],
  known: Readonly<Record<string, PluginSource>>,
): Promise<string | undefined> {
  const hints: string[] = [];
  for (const instance of instances) {
    const plugin = instance.plugin ?? (await load(known[instance.name]));
    if (instance.state === 'ok' || plugin === undefined || !provides(plugin, instance.options, token.key)) continue;
    const reason = instance.reason === undefined ? '' : `: ${instance.reason}`;
    hints.push(`provided by ${instance.id}, which is ${instance.state}${reason}`);
  }
  for (const [name, source] of Object.entries(known)) {
    if (instances.some((instance) => instance.name === name)) continue;
    const plugin = await load(source);
    if (plugin !== undefined && provides(plugin, {}, token.key)) hints.push(`provided by ${name}; add plugins.${name}`);
  }
  return hints.length === 0 ? undefined : hints.join('; or ');
}

async function load(source: PluginSource | undefined): Promise<Plugin | undefined> {
  try {
    const plugin: unknown = typeof source === 'function' ? await source() : source;
    return isPlugin(plugin) ? plugin : undefined;
  } catch {
    return undefined; // a plugin that doesn't load has no advice to give
  }
}

function provides(plugin: Plugin, options: unknown, key: symbol): boolean {
  try {
    const result = plugin.config?.['~standard'].validate(options);
    if (isThenable(result)) result.then(undefined, () => undefined);
    const config = result !== undefined && 'value' in result ? result.value : undefined;
    return plugin.declare(declareKit, config as never).some((item) => item && item.kind === 'factory' && item.token.key === key);
  } catch {
    return false; // declares nothing without proper options
  }
}
