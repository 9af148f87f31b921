import { AssemblyError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { assemble, definePlugin, pipeline, type Plugin, service, type StandardSchema } from '../../src/index.js';
import {
  assembleAll,
  brew,
  type Kettle as KettleType,
  Kettle,
  kettleLike,
  kettlePlugin,
  Leaf,
  type Pot,
  problemsOf,
  rejection,
} from '../fixtures/kitchen.js';

const tea = definePlugin({
  id: 'tea',
  api: 1,
  requires: { kettle: Kettle },
  declare: ({ step }) => [step(brew.phase.heat, { id: 'water.boil', run: (pot, { kettle }) => void pot.log.push(kettle.boil()) })],
});

function schemaOf(validate: StandardSchema['~standard']['validate']): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

describe('problems of an assembly', () => {
  it('MISSING_SERVICE says who would provide it', async () => {
    const known = {
      tea,
      kettle: kettlePlugin,
      samovar: (): Plugin => kettleLike('samovar'),
      broken: (): Plugin => {
        throw new Error('gone');
      },
    };
    expect(await problemsOf(assemble({ config: { api: 1, plugins: { tea: {} } }, plugins: known }))).to.deep.equal([
      'MISSING_SERVICE kitchen.kettle: needed by tea (requires.kettle) (provided by kettle; add plugins.kettle; or provided by samovar; add plugins.samovar)',
    ]);
  });

  it('MISSING_SERVICE says that the provider is disabled or skipped', async () => {
    const skipped: Plugin = { ...kettleLike('samovar'), probe: () => ({ supported: false, reason: 'no coal' }) };
    const config = { api: 1, disabled: ['kettle'], plugins: { tea: {}, kettle: {}, samovar: {} } } as const;
    expect(await problemsOf(assembleAll([tea, kettlePlugin, skipped], { config }))).to.deep.equal([
      'MISSING_SERVICE kitchen.kettle: needed by tea (requires.kettle) (provided by kettle, which is disabled; or provided by samovar, which is skipped: no coal)',
    ]);
  });

  it('MISSING_SERVICE covers what the runtime itself asks for', async () => {
    expect(await problemsOf(assembleAll([], { requires: [Kettle, Leaf] }))).to.deep.equal([
      'MISSING_SERVICE kitchen.kettle: needed by the runtime (requires)',
    ]);
  });

  it('AMBIGUOUS_SERVICE names the providers and what to set', async () => {
    expect(await problemsOf(assembleAll([kettleLike('copper'), kettleLike('steel')]))).to.deep.equal([
      'AMBIGUOUS_SERVICE kitchen.kettle: provided by copper, steel (set bind."kitchen.kettle" to one of them)',
    ]);
  });

  const binds: readonly [string, Record<string, string>, string][] = [
    [
      'a plugin that is not there',
      { 'kitchen.kettle': 'gold' },
      'UNKNOWN_BIND kitchen.kettle: bound to gold, which is not among the plugins (provided by copper, steel)',
    ],
    [
      'a plugin that does not provide it',
      { 'kitchen.kettle': 'cup' },
      'UNKNOWN_BIND kitchen.kettle: bound to cup, which does not provide it (provided by copper, steel)',
    ],
    [
      'a plugin that is skipped',
      { 'kitchen.kettle': 'old' },
      'UNKNOWN_BIND kitchen.kettle: bound to old, which is skipped (provided by copper, steel)',
    ],
  ];
  for (const [title, bind, problem] of binds) {
    it(`UNKNOWN_BIND refuses ${title}`, async () => {
      const cup = definePlugin({ id: 'cup', api: 1, declare: () => [] });
      const old: Plugin = { ...kettleLike('old'), probe: () => ({ supported: false, reason: 'rusty' }) };
      const plugins = { copper: {}, steel: {}, cup: {}, old: {} };
      expect(
        await problemsOf(assembleAll([kettleLike('copper'), kettleLike('steel'), cup, old], { config: { api: 1, bind, plugins } })),
      ).to.deep.equal([problem]);
    });
  }

  it('UNKNOWN_BIND guesses at a mistyped service', async () => {
    const config = { api: 1, bind: { 'kitchen.kettel': 'kettle' }, plugins: { kettle: {} } } as const;
    expect(await problemsOf(assembleAll([kettlePlugin], { config }))).to.deep.equal([
      'UNKNOWN_BIND kitchen.kettel: bound to kettle, but nothing provides it (did you mean kitchen.kettle?)',
    ]);
  });

  it('SERVICE_CYCLE prints the path', async () => {
    const A = service<string>('a');
    const B = service<string>('b');
    const one = definePlugin({ id: 'one', api: 1, requires: { b: B }, declare: ({ provide }) => [provide(A, ({ b }) => b)] });
    const two = definePlugin({ id: 'two', api: 1, optional: { a: A }, declare: ({ provide }) => [provide(B, ({ a }) => a ?? '')] });
    expect(await problemsOf(assembleAll([one, two]))).to.deep.equal([
      'SERVICE_CYCLE a (one): a (one) -> b (two) -> a (one) (name in `needs` only the dependencies that each factory takes, or break the circle with an extension point)',
    ]);
  });

  it('DUPLICATE_ID covers steps, and services that one plugin provides twice', async () => {
    const twice = definePlugin({
      id: 'twice',
      api: 1,
      declare: ({ provide }) => [
        provide(Kettle, (): KettleType => ({ boil: () => '' })),
        provide(Kettle, (): KettleType => ({ boil: () => '' })),
      ],
    });
    const again = definePlugin({
      id: 'again',
      api: 1,
      declare: ({ step }) => [step(brew.phase.pour, { id: 'water.boil', run: () => undefined })],
    });
    expect(await problemsOf(assembleAll([tea, again, twice]))).to.deep.equal([
      'DUPLICATE_ID brew: water.boil: placed by tea and again (step ids are unique in a pipeline; disable one of the plugins or rename its step)',
      'DUPLICATE_ID kitchen.kettle: provided twice by twice',
    ]);
  });

  it('UNKNOWN_PHASE covers phases of another release of the pipeline, and no phase at all', async () => {
    const other = pipeline<Pot>('brew').inPhases(['heat', 'pours', 'whisk']);
    const late = definePlugin({
      id: 'late',
      api: 1,
      declare: ({ step }) => [
        step(other.phase.heat, { id: 'fits', run: () => undefined }),
        step(other.phase.pours, { id: 'close', run: () => undefined }),
        step(other.phase.whisk, { id: 'far', run: () => undefined }),
        step((other.phase as Record<string, typeof other.phase.heat>)['typo']!, { id: 'none', run: () => undefined }),
      ],
    });
    expect(await problemsOf(assembleAll([late], { pipelines: [brew] }))).to.deep.equal([
      'UNKNOWN_PHASE late: step close is placed in brew/pours, which brew does not have (did you mean pour?)',
      'UNKNOWN_PHASE late: step far is placed in brew/whisk, which brew does not have (its phases: heat, pour, drink)',
      'UNKNOWN_PHASE late: step none is placed in no phase (pass a phase of the pipeline, as in createPipeline.phase.rootfs)',
    ]);
  });

  it('API_MISMATCH names both versions', async () => {
    const future: Plugin = { ...kettlePlugin, api: 2 };
    expect(await problemsOf(assembleAll([future]))).to.deep.equal([
      'API_MISMATCH kettle: the plugin is made for kernel API 2, this kernel has 1 (install a release of the plugin that matches this runtime)',
    ]);
  });

  const configs: readonly [string, Plugin, Record<string, unknown>, readonly string[]][] = [
    [
      'by path',
      kettlePlugin,
      { litres: 'two', size: 1 },
      ['CONFIG_INVALID kettle: /plugins/kettle/litres: must be a number', 'CONFIG_INVALID kettle: /plugins/kettle/size: unknown option'],
    ],
    [
      'options of a plugin that takes none',
      kettleLike('kettle'),
      { litres: 2 },
      ['CONFIG_INVALID kettle: /plugins/kettle/litres: the plugin takes no options'],
    ],
    [
      'a schema that makes one wait',
      { ...kettlePlugin, config: schemaOf(async (value) => ({ value })) },
      {},
      ['CONFIG_INVALID kettle: /plugins/kettle: the schema of the plugin validates asynchronously'],
    ],
    [
      'a schema that throws',
      {
        ...kettlePlugin,
        config: schemaOf(() => {
          throw new Error('ouch');
        }),
      },
      {},
      ['CONFIG_INVALID kettle: /plugins/kettle: the schema of the plugin threw: ouch'],
    ],
  ];
  for (const [title, plugin, options, problems] of configs) {
    it(`CONFIG_INVALID reports ${title}`, async () => {
      expect(await problemsOf(assembleAll([plugin], { options: { kettle: options } }))).to.deep.equal(problems);
    });
  }

  it('NOT_SUPPORTED reports a required plugin that its probe skips', async () => {
    const skipped: Plugin = { ...kettlePlugin, probe: () => ({ supported: false, reason: 'needs Linux 5.12' }) };
    const config = { api: 1, required: ['kettle'], plugins: { kettle: {} } } as const;
    expect(await problemsOf(assembleAll([skipped], { config }))).to.deep.equal([
      'NOT_SUPPORTED kettle: required, but skipped: needs Linux 5.12 (take kettle out of required to go on without it)',
    ]);
  });

  it('PROBE_FAILED and DECLARE_FAILED name the plugin that threw', async () => {
    const boom = (): never => {
      throw new TypeError('boom');
    };
    expect(
      await problemsOf(
        assembleAll([
          { ...kettleLike('a'), probe: boom },
          { ...kettleLike('b'), declare: boom },
        ]),
      ),
    ).to.deep.equal(["DECLARE_FAILED b: the plugin's declare threw: boom", "PROBE_FAILED a: the plugin's probe threw: boom"]);
  });

  it('DECLARE_FAILED reports declarations that make no sense', async () => {
    const odd: Plugin = {
      ...kettleLike('odd'),
      requires: { clock: undefined as never },
      declare: ({ provide }) => [
        provide(Kettle as never, { needs: ['spoon'] as never, create: () => ({}) }),
        provide(undefined as never, () => 0),
      ],
    };
    expect(await problemsOf(assembleAll([odd]))).to.deep.equal([
      'DECLARE_FAILED odd: a factory is given for what is neither a service nor an extension point',
      'DECLARE_FAILED odd: clock is not a service or an extension point',
      'DECLARE_FAILED odd: the factory of kitchen.kettle needs spoon, which is not in requires or optional',
    ]);
  });

  it('PLUGIN_LOAD reports what cannot be loaded or is no plugin', async () => {
    const config = { api: 1, plugins: { a: {}, b: {}, c: {}, d: {} } } as const;
    const plugins = {
      a: (): Plugin => {
        throw new Error('no file');
      },
      b: {} as Plugin,
      c: async (): Promise<Plugin> => {
        throw new Error('no net');
      },
    };
    expect(await problemsOf(assemble({ config, plugins, resolve: async () => 'text' }))).to.deep.equal([
      'PLUGIN_LOAD a: a could not be loaded: no file',
      'PLUGIN_LOAD b: b is not a plugin (export what definePlugin returns)',
      'PLUGIN_LOAD c: c could not be loaded: no net',
      'PLUGIN_LOAD d: d is not a plugin (export what definePlugin returns)',
    ]);
  });

  it('UNKNOWN_PLUGIN guesses at mistyped names, in the lists too', async () => {
    const config = {
      api: 1,
      required: ['kettel'],
      disabled: ['nothing'],
      plugins: { kettle: { use: 'kettla' }, constructor: {} },
    } as const;
    expect(await problemsOf(assemble({ config, plugins: { kettle: kettlePlugin } }))).to.deep.equal([
      'UNKNOWN_PLUGIN constructor: no plugin is called constructor (plugins.constructor)',
      'UNKNOWN_PLUGIN disabled: no plugin is called nothing (in disabled)',
      'UNKNOWN_PLUGIN kettle: no plugin is called kettla (plugins.kettle) (did you mean kettle?)',
      'UNKNOWN_PLUGIN required: no plugin is called kettel (in required) (did you mean kettle?)',
    ]);
  });

  it('come all at once, sorted, with the state of every plugin', async () => {
    const skipped: Plugin = {
      ...definePlugin({ id: 'fire', api: 1, declare: () => [] }),
      probe: () => ({ supported: false, reason: 'wet' }),
    };
    const error = await rejection(assembleAll([tea, { ...kettlePlugin, api: 7 }, skipped]));
    if (!AssemblyError.is(error)) throw error;
    expect(error.message).to.equal('assembly failed: 2 problems');
    expect(error.problems.map(({ code }) => code)).to.deep.equal(['API_MISMATCH', 'MISSING_SERVICE']);
    const plugins = error.details['plugins'] as { id: string; state: string; reason?: string }[];
    expect(plugins.map(({ id, state, reason }) => [id, state, reason])).to.deep.equal([
      ['tea', 'ok', undefined],
      ['kettle', 'failed', 'the plugin is made for kernel API 7, this kernel has 1'],
      ['fire', 'skipped', 'wet'],
    ]);
  });
});
