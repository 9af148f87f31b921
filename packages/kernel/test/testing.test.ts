import { expect } from 'chai';
import { describe, it } from 'mocha';
import { definePlugin } from '../src/index.js';
import { assembleForTest, fake } from '../src/testing.js';
import { brew, Kettle, Leaf, litresSchema, newPot, problemsOf } from './fixtures/kitchen.js';

const tea = definePlugin({
  id: 'tea',
  api: 1,
  requires: { kettle: Kettle, leaves: Leaf },
  config: litresSchema,
  probe: ({ litres }) => (litres < 5 ? { supported: true } : { supported: false, reason: 'pot too small' }),
  declare: ({ step }, { litres }) => [
    step(brew.phase.heat, {
      id: 'tea.brew',
      run: ({ log }, { kettle, leaves }) => void log.push(`${litres} ${kettle.boil()} ${leaves.map(({ name }) => name).join()}`),
    }),
  ],
});
const fakes = [fake(Kettle, { boil: () => 'pretend' }), fake(Leaf, { name: 'assam' }), fake(Leaf, { name: 'oolong' })];

describe('assembleForTest', () => {
  it('runs a plugin with fakes and options', async () => {
    const pot = newPot();
    await (await assembleForTest(tea, { config: { litres: 2 }, fakes })).pipeline(brew).run(pot);
    expect(pot.log).to.deep.equal(['2 pretend assam,oolong']);
  });

  it('reports what was not faked, and a probe that says no', async () => {
    expect(await problemsOf(assembleForTest(tea))).to.deep.equal(['MISSING_SERVICE kitchen.kettle: needed by tea (requires.kettle)']);
    expect(await problemsOf(assembleForTest(tea, { config: { litres: 9 }, fakes }))).to.deep.equal([
      'NOT_SUPPORTED tea: required, but skipped: pot too small (take tea out of required to go on without it)',
    ]);
  });

  it('goes past the probe when told to', async () => {
    const assembly = await assembleForTest(tea, { config: { litres: 9 }, fakes, probe: false });
    expect(assembly.plugins.map(({ id, state }) => `${id} ${state}`)).to.deep.equal(['fakes ok', 'tea ok']);
  });

  it('leaves the disposal of fakes to the test', async () => {
    let disposed = false;
    const kettle = {
      boil: () => '',
      [Symbol.dispose]: () => {
        disposed = true;
      },
    };
    const assembly = await assembleForTest(tea, { fakes: [fake(Kettle, kettle)] });
    expect(assembly.get(Kettle)).to.equal(kettle);
    await assembly.close();
    expect(disposed).to.equal(false);
  });
});
