import type { AssemblyConfig, AssemblyDocument } from './assembly-config.js';

/**
 * Lays a document over the one it extends, key by key. Plugins keep the place they have in the base, new ones
 * follow; options of one plugin are merged one level deep. `required` and `disabled` add up, and the document's
 * word on a plugin overrules the base's: requiring what the base disables enables it, and the other way round.
 *
 * @public
 */
export function mergeAssemblyConfig(base: AssemblyConfig, over: AssemblyDocument): AssemblyConfig {
  const plugins: Record<string, AssemblyConfig['plugins'][string]> = { ...base.plugins };
  for (const [instance, options] of Object.entries(over.plugins)) plugins[instance] = { ...plugins[instance], ...options };
  return {
    api: over.api,
    required: union(without(base.required, over.disabled), over.required),
    disabled: union(without(base.disabled, over.required), over.disabled),
    bind: { ...base.bind, ...over.bind },
    plugins,
  };
}

function union(a: readonly string[], b: readonly string[] = []): string[] {
  return [...new Set([...a, ...b])];
}

function without(names: readonly string[] = [], left: readonly string[] = []): string[] {
  return names.filter((name) => !left.includes(name));
}
