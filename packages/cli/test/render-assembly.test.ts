import { assemble, definePlugin, pipeline, slot } from '@standpipe/kernel';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { renderAssembly } from '../src/render-assembly.js';

const brew = pipeline<object>('brew').inPhases(['heat', 'wait', 'pour']);
const Water = slot<string>('water.hot');

describe('renderAssembly', () => {
  it('shows plugins with their state, and steps with their order and its reasons', async () => {
    const kettle = definePlugin({
      id: 'kettle',
      api: 1,
      declare: ({ step }) => [step(brew.phase.heat, { id: 'water.boil', writes: [Water], run: () => undefined })],
    });
    const cup = definePlugin({
      id: 'cup',
      api: 1,
      declare: ({ step }) => [
        step(brew.phase.heat, { id: 'cup.warm', reads: [Water], before: ['cup.wash'], run: () => undefined }),
        step(brew.phase.pour, { id: 'tea.pour', after: ['cup.fetch'], run: () => undefined }),
      ],
    });
    const lemon = definePlugin({ id: 'lemon', api: 1, probe: () => ({ supported: false, reason: 'out of lemons' }), declare: () => [] });
    const assembly = await assemble({ config: { api: 1, plugins: { cup: {}, kettle: {}, lemon: {} } }, plugins: { kettle, cup, lemon } });
    expect(renderAssembly(assembly.describe())).to.equal(`plugins, in the order of the config
  cup     ok
  kettle  ok
  lemon   skipped: out of lemons

pipeline brew: phases, and in each its steps in order
  heat  water.boil  by kettle
        cup.warm    by cup     after water.boil (cup.warm reads water.hot); before cup.wash, which is not there
  wait  -
  pour  tea.pour    by cup     after cup.fetch, which is not there
`);
  });
});
