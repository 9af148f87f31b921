/**
 * Running one plugin by itself, with fakes for what it requires.
 *
 *     const assembly = await assembleForTest(tea, { fakes: [fake(Kettle, { boil: async () => {} })] });
 *     await assembly.pipeline(brew).run(pot);
 *
 * @packageDocumentation
 */
import { assemble } from './assembly/assemble.js';
import type { Assembly } from './assembly/assembly.js';
import { declareKit, type Declaration } from './declaration.js';
import { definePlugin, type Plugin } from './plugin.js';
import type { ExtensionPoint, Service } from './token.js';

/** A ready value in the place of a service, or one item of an extension point. @public */
export interface Fake {
  readonly declaration: Declaration;
}

/** Gives a value for a service, or one item for an extension point. @public */
export function fake<T>(token: Service<T> | ExtensionPoint<T>, value: NoInfer<T>): Fake {
  const create = (): never => value as never;
  // The test owns what it faked, so the assembly's end is not the fake's.
  const dispose = (): void => undefined;
  const declaration =
    token.kind === 'service' ? declareKit.provide(token, { create, dispose }) : declareKit.extend(token, { create, dispose });
  return { declaration };
}

/** What a plugin is to meet in a test. @public */
export interface TestSettings {
  /** Its options, as the assembly config would give them. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly fakes?: readonly Fake[];
  /** False: the plugin runs whatever its probe says. Default true. */
  readonly probe?: boolean;
}

/**
 * Assembles one plugin with fakes, under its own id. Fakes come from a plugin called `fakes`, listed first.
 *
 * @public
 */
export async function assembleForTest(plugin: Plugin, settings: TestSettings = {}): Promise<Assembly> {
  const { config = {}, fakes = [], probe = true } = settings;
  const faking = definePlugin({ id: 'fakes', api: 1, declare: () => fakes.map(({ declaration }) => declaration) });
  return assemble({
    config: { api: 1, required: [plugin.id], plugins: { fakes: {}, [plugin.id]: config } },
    plugins: { fakes: faking, [plugin.id]: probe ? plugin : { ...plugin, probe: undefined } },
  });
}
