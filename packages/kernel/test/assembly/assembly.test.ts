import { PlumbingError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { assemble, definePlugin, service } from '../../src/index.js';
import {
  assembleAll,
  brew,
  type Kettle as KettleType,
  Kettle,
  kettleLike,
  kettlePlugin,
  Leaf,
  newPot,
  rejection,
} from '../fixtures/kitchen.js';

const Tea = service<{ describe(): string }>('kitchen.tea');

/** Takes a service, an optional one and an extension point, and says what it got. */
const teaPlugin = definePlugin({
  id: 'tea',
  api: 1,
  requires: { kettle: Kettle, leaves: Leaf },
  optional: { milk: service<string>('kitchen.milk') },
  declare: ({ provide }) => [
    provide(Tea, ({ kettle, leaves, milk }) => ({
      describe: () => `${kettle.boil()}, ${leaves.map(({ name }) => name).join('+')}, ${milk ?? 'no milk'}`,
    })),
  ],
});

function leaf(name: string) {
  return definePlugin({ id: name, api: 1, declare: ({ extend }) => [extend(Leaf, () => ({ name }))] });
}

describe('an assembly', () => {
  it('injects services, optional services and extension points', async () => {
    const milk = definePlugin({
      id: 'milk',
      api: 1,
      declare: ({ provide }) => [provide(service<string>('kitchen.milk'), () => 'oat milk')],
    });
    const options = { kettle: { litres: 2 } };
    const without = await assembleAll([leaf('oolong'), teaPlugin, kettlePlugin, leaf('assam')], { options });
    expect(without.get(Tea).describe()).to.equal('boiled 2 l, oolong+assam, no milk');
    const withMilk = await assembleAll([leaf('assam'), teaPlugin, kettlePlugin, milk], { options });
    expect(withMilk.get(Tea).describe()).to.equal('boiled 2 l, assam, oat milk');
    const plain = await assembleAll([teaPlugin, kettlePlugin]);
    expect(plain.get(Tea).describe()).to.equal('boiled 1 l, , no milk');
  });

  it('makes each service once, and only when asked', async () => {
    const made: string[] = [];
    const make = (name: string) => (): KettleType => {
      made.push(name);
      return { boil: () => name };
    };
    const Cup = service<object>('kitchen.cup');
    const one = definePlugin({ id: 'one', api: 1, declare: ({ provide }) => [provide(Kettle, make('kettle'))] });
    const two = definePlugin({
      id: 'two',
      api: 1,
      requires: { kettle: Kettle },
      declare: ({ provide, extend }) => [
        provide(Cup, ({ kettle }) => ({ kettle, cup: make('cup')() })),
        extend(Leaf, { needs: ['kettle'], create: ({ kettle }) => ({ name: kettle.boil() + make('leaf')().boil() }) }),
      ],
    });
    const assembly = await assembleAll([one, two]);
    assembly.describe();
    expect(made).to.deep.equal([]);
    const kettle = assembly.get(Kettle);
    expect(made).to.deep.equal(['kettle']);
    expect(assembly.get(Cup)).to.equal(assembly.get(Cup)).and.to.have.property('kettle', kettle);
    expect(assembly.all(Leaf)[0]).to.equal(assembly.all(Leaf)[0]);
    expect(made).to.deep.equal(['kettle', 'cup', 'leaf']);
  });

  it('gives values of any kind, functions, null and undefined included', async () => {
    const tokens = [service<unknown>('a'), service<unknown>('b'), service<unknown>('c'), service<unknown>('d')] as const;
    const fn = (): number => 1;
    const values = [fn, null, undefined, 0];
    const plugin = definePlugin({
      id: 'p',
      api: 1,
      requires: { kettle: Kettle },
      declare: ({ provide }) => tokens.map((token, index) => provide(token, () => values[index])),
    });
    const assembly = await assembleAll([plugin, kettlePlugin]);
    expect(tokens.map((token) => assembly.get(token))).to.deep.equal(values);
  });

  it('says what is missing and what comes near', async () => {
    const assembly = await assembleAll([kettlePlugin]);
    const nearly = service<string>('kitchen.kettel');
    expect(() => assembly.get(nearly))
      .to.throw('no plugin provides kitchen.kettel')
      .with.property('hint', 'there is kitchen.kettle');
    expect(assembly.optional(nearly)).to.equal(undefined);
    expect(assembly.optional(Kettle)?.boil()).to.equal('boiled 1 l');
    expect(assembly.all(Leaf)).to.deep.equal([]);
    expect((await assembleAll([])).all(Leaf)).to.deep.equal([]);
  });

  it('lets the config choose between providers', async () => {
    const config = { api: 1, bind: { 'kitchen.kettle': 'steel' }, plugins: { copper: {}, steel: {} } } as const;
    const assembly = await assembleAll([kettleLike('copper'), kettleLike('steel')], { config });
    expect(assembly.get(Kettle).boil()).to.equal('steel');
    expect(assembly.describe().services).to.deep.equal([
      { id: 'kitchen.kettle', provider: 'steel', passedOver: ['copper'], requiredBy: [] },
    ]);
  });

  it('runs one plugin as several instances, each with its options', async () => {
    const jar = definePlugin({
      id: 'jar',
      api: 1,
      config: kettlePlugin.config,
      declare: ({ extend }, config) => [extend(Leaf, () => ({ name: JSON.stringify(config) }))],
    });
    const config = {
      api: 1,
      plugins: { 'jar/left': { litres: 3 }, right: { use: 'jar', litres: 4 }, '@acme/jar/big': { use: 'jar' } },
    } as const;
    const assembly = await assemble({ config, plugins: { jar } });
    expect(assembly.all(Leaf).map(({ name }) => name)).to.deep.equal(['{"litres":3}', '{"litres":4}', '{"litres":1}']);
  });

  it('loads listed plugins only, from functions, promises and the resolver', async () => {
    const asked: string[] = [];
    const assembly = await assemble({
      config: { api: 1, disabled: ['off'], plugins: { sync: {}, later: {}, '@acme/far/near': {}, off: {} } },
      plugins: {
        sync: () => leaf('sync'),
        later: async () => leaf('later'),
        off: () => expect.fail('a disabled plugin was loaded'),
        unlisted: () => expect.fail('a plugin that is not listed was loaded'),
      },
      resolve: async (name) => {
        asked.push(name);
        return leaf('far');
      },
    });
    expect(asked).to.deep.equal(['@acme/far']);
    expect(assembly.all(Leaf).map(({ name }) => name)).to.deep.equal(['sync', 'later', 'far']);
    expect(assembly.plugins.map(({ id, plugin, state }) => [id, plugin, state])).to.deep.equal([
      ['sync', 'sync', 'ok'],
      ['later', 'later', 'ok'],
      ['@acme/far/near', 'far', 'ok'],
      ['off', 'off', 'disabled'],
    ]);
  });

  it('leaves a skipped plugin out, visibly', async () => {
    const skipped = definePlugin({
      id: 'skipped',
      api: 1,
      config: kettlePlugin.config,
      probe: (config) => ({ supported: false, reason: `no room for ${JSON.stringify(config)}` }),
      declare: () => expect.fail('a skipped plugin declared'),
    });
    const assembly = await assembleAll([skipped, leaf('assam')]);
    expect(assembly.plugins[0]).to.deep.equal({
      id: 'skipped',
      plugin: 'skipped',
      state: 'skipped',
      reason: 'no room for {"litres":1}',
      required: false,
      provides: [],
      extends: [],
      steps: [],
    });
    expect(assembly.all(Leaf)).to.have.length(1);
  });

  it('describes itself without making anything', async () => {
    const boil = definePlugin({
      id: 'boil',
      api: 1,
      requires: { kettle: Kettle },
      declare: ({ step }) => [false, undefined, step(brew.phase.heat, { id: 'water.boil', run: () => undefined, undo: () => undefined })],
    });
    const { plugins, services, extensionPoints, pipelines } = (
      await assembleAll([boil, kettlePlugin, leaf('assam'), teaPlugin])
    ).describe();
    expect(plugins.map(({ id, provides, extends: extended, steps }) => ({ id, provides, extended, steps }))).to.deep.equal([
      { id: 'boil', provides: [], extended: [], steps: ['brew/heat: water.boil'] },
      { id: 'kettle', provides: ['kitchen.kettle'], extended: [], steps: [] },
      { id: 'assam', provides: [], extended: ['tea.leaves'], steps: [] },
      { id: 'tea', provides: ['kitchen.tea'], extended: [], steps: [] },
    ]);
    expect(services).to.deep.equal([
      { id: 'kitchen.kettle', provider: 'kettle', passedOver: [], requiredBy: ['boil', 'tea'] },
      { id: 'kitchen.tea', provider: 'tea', passedOver: [], requiredBy: [] },
    ]);
    expect(extensionPoints).to.deep.equal([{ id: 'tea.leaves', contributors: ['assam'], requiredBy: ['tea'] }]);
    expect(pipelines.map(({ id, phases }) => [id, phases.map(({ name }) => name)])).to.deep.equal([['brew', ['heat', 'pour', 'drink']]]);
  });

  it('names plugin and service when a factory throws, however deep', async () => {
    const broken = definePlugin({
      id: 'broken',
      api: 1,
      declare: ({ provide }) => [
        provide(Kettle, () => {
          throw new Error('leaks');
        }),
      ],
    });
    const assembly = await assembleAll([broken, teaPlugin]);
    for (const token of [Kettle, Tea]) {
      const error = caught(() => assembly.get<unknown>(token));
      expect(error.code).to.equal('SERVICE_FAILED');
      expect(error.message).to.equal('plugin broken could not make kitchen.kettle: leaks');
      expect(error.cause).to.have.property('message', 'leaks');
    }
  });

  it('refuses a factory that makes a promise', async () => {
    const hasty = definePlugin({
      id: 'hasty',
      api: 1,
      declare: ({ provide }) => [provide(service<unknown>('x'), () => Promise.reject(new Error('unseen')))],
    });
    const assembly = await assembleAll([hasty]);
    const error = caught(() => assembly.get(service('x')));
    expect(error.code).to.equal('SERVICE_ASYNC');
    expect(error.message).to.equal('plugin hasty made a promise of x');
  });

  it('disposes of what it made, in reverse, and of nothing else', async () => {
    const log: string[] = [];
    const Pump = service<object>('pump');
    const Drain = service<object>('drain');
    const Unused = service<object>('unused');
    const plugin = definePlugin({
      id: 'p',
      api: 1,
      optional: { pump: Pump },
      declare: ({ provide }) => [
        provide(Pump, { needs: [], create: () => ({ [Symbol.dispose]: () => void log.push('pump') }) }),
        provide(Drain, { needs: ['pump'], create: () => ({ [Symbol.asyncDispose]: async () => void log.push('drain') }) }),
        provide(Kettle, { create: () => ({ boil: () => 'own' }), dispose: async (kettle) => void log.push(kettle.boil()) }),
        provide(Unused, { needs: [], create: () => ({}), dispose: () => void log.push('unused') }),
      ],
    });
    {
      await using assembly = await assembleAll([plugin]);
      assembly.get(Drain);
      assembly.get(Kettle);
    }
    expect(log).to.deep.equal(['own', 'drain', 'pump']);
  });

  it('tries every disposal and throws the first failure', async () => {
    const log: string[] = [];
    const bad = (id: string) =>
      definePlugin({
        id,
        api: 1,
        declare: ({ extend }) => [
          extend(Leaf, {
            create: () => ({ name: id }),
            dispose: () => {
              log.push(id);
              throw new Error(`${id} sticks`);
            },
          }),
        ],
      });
    const assembly = await assembleAll([bad('a'), bad('b')]);
    assembly.all(Leaf);
    const error = await rejection(assembly.close());
    expect(log).to.deep.equal(['b', 'a']);
    expect(error).to.include({
      code: 'DISPOSE_FAILED',
      message: 'closing the assembly: plugin b could not dispose of tea.leaves: b sticks',
    });
    expect(() => assembly.all(Leaf))
      .to.throw('the assembly is closed')
      .with.property('code', 'ASSEMBLY_CLOSED');
    await assembly.close();
  });

  it("gives steps their plugin's own services", async () => {
    const own = definePlugin({
      id: 'own',
      api: 1,
      requires: { kettle: Kettle },
      declare: ({ provide, step }) => [
        provide(Kettle, { needs: [], create: () => ({ boil: () => 'mine' }) }),
        step(brew.phase.heat, { id: 'water.boil', run: ({ log }, { kettle }) => void log.push(kettle.boil()) }),
      ],
    });
    const pot = newPot();
    await (await assembleAll([own])).pipeline(brew).run(pot);
    expect(pot.log).to.deep.equal(['mine']);
  });
});

function caught(work: () => unknown): PlumbingError {
  try {
    work();
  } catch (error) {
    if (PlumbingError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
