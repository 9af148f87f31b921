import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Assembly, definePlugin, type Phase, type Plugin, type Slot } from '../../src/index.js';
import { assembleAll, brew, Cup, newPot, type Pot, problemsOf, Water } from '../fixtures/kitchen.js';
import { randomDag, randomNumbers, shuffled } from '../fixtures/random.js';

interface Wish {
  readonly id: string;
  readonly phase?: Phase<Pot>;
  readonly after?: readonly string[];
  readonly before?: readonly string[];
  readonly reads?: readonly Slot<unknown>[];
  readonly writes?: readonly Slot<unknown>[];
}

function plugin(id: string, wishes: readonly Wish[]): Plugin {
  return definePlugin({
    id,
    api: 1,
    declare: ({ step }) =>
      wishes.map(({ phase = brew.phase.heat, ...spec }) => step(phase, { ...spec, run: ({ log }) => void log.push(spec.id) })),
  });
}

async function orderOf(assembly: Assembly): Promise<string[]> {
  const pot = newPot();
  const { steps } = await assembly.pipeline(brew).run(pot);
  const described = assembly
    .pipeline(brew)
    .describe()
    .phases.flatMap(({ steps: inPhase }) => inPhase.map(({ id }) => id));
  expect(steps.map(({ step }) => step)).to.deep.equal(described);
  return pot.log;
}

describe('the order of steps', () => {
  const cases: readonly [string, readonly (readonly Wish[])[], readonly string[]][] = [
    [
      'follows phases before anything else',
      [
        [
          { id: 'a', phase: brew.phase.drink },
          { id: 'b', phase: brew.phase.pour },
        ],
        [{ id: 'c' }],
      ],
      ['c', 'b', 'a'],
    ],
    ['breaks ties by config order', [[{ id: 'z' }], [{ id: 'a' }]], ['z', 'a']],
    ['breaks ties in one plugin by id', [[{ id: 'c' }, { id: 'a' }, { id: 'b' }]], ['a', 'b', 'c']],
    ['holds after', [[{ id: 'a', after: ['b'] }], [{ id: 'b' }]], ['b', 'a']],
    ['holds before', [[{ id: 'a' }], [{ id: 'b', before: ['a'] }]], ['b', 'a']],
    ['ignores edges to absent steps', [[{ id: 'a', after: ['x'], before: ['y'] }], [{ id: 'b' }]], ['a', 'b']],
    [
      'accepts edges that the phases fulfil',
      [
        [
          { id: 'a', phase: brew.phase.pour, after: ['b'] },
          { id: 'b', before: ['a'] },
        ],
      ],
      ['b', 'a'],
    ],
    ['puts writers before readers', [[{ id: 'a', reads: [Water] }], [{ id: 'b', writes: [Water] }]], ['b', 'a']],
    [
      'puts amenders between writers and readers',
      [[{ id: 'reader', reads: [Water] }], [{ id: 'amender', reads: [Water], writes: [Water] }], [{ id: 'writer', writes: [Water] }]],
      ['writer', 'amender', 'reader'],
    ],
    [
      'leaves amenders in config order',
      [[{ id: 'z', reads: [Water], writes: [Water] }], [{ id: 'a', reads: [Water], writes: [Water] }]],
      ['z', 'a'],
    ],
    ['lets a slot be read that nobody writes', [[{ id: 'a', reads: [Water] }]], ['a']],
    [
      'lets a later phase write again what was read earlier',
      [
        [{ id: 'a', reads: [Water] }],
        [
          { id: 'b', writes: [Water] },
          { id: 'c', phase: brew.phase.pour, writes: [Water] },
        ],
      ],
      ['b', 'a', 'c'],
    ],
    [
      'chains slots',
      [[{ id: 'a', reads: [Cup] }], [{ id: 'b', reads: [Water], writes: [Cup] }], [{ id: 'c', writes: [Water] }]],
      ['c', 'b', 'a'],
    ],
  ];
  for (const [title, wishes, order] of cases) {
    it(title, async () => {
      const plugins = wishes.map((list, index) => plugin(`p${index}`, list));
      expect(await orderOf(await assembleAll(plugins))).to.deep.equal(order);
    });
  }

  it('holds all edges of random plugins and does not depend on the order of declaration', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomNumbers(seed);
      const size = 2 + Math.floor(random() * 14);
      const dag = randomDag(size, random);
      const wishes = Array.from({ length: size }, (_, node): Wish => {
        // Each edge is said by one end, the other, or both.
        const after = dag.filter(({ from, to }) => to === node && (from + to) % 3 !== 0).map(({ from }) => `s${from}`);
        const before = dag.filter(({ from, to }) => from === node && (from + to) % 3 !== 1).map(({ to }) => `s${to}`);
        return { id: `s${node}`, after, before };
      });
      const owners = wishes.map(() => Math.floor(random() * 4));
      const build = (list: readonly Wish[]): Promise<Assembly> =>
        assembleAll(
          [0, 1, 2, 3].map((owner) =>
            plugin(
              `p${owner}`,
              list.filter(({ id }) => owners[Number(id.slice(1))] === owner),
            ),
          ),
        );
      const order = await orderOf(await build(wishes));
      for (const { id, after = [], before = [] } of wishes) {
        for (const other of after) expect(order.indexOf(other), `seed ${seed}`).to.be.lessThan(order.indexOf(id));
        for (const other of before) expect(order.indexOf(id), `seed ${seed}`).to.be.lessThan(order.indexOf(other));
      }
      expect(await orderOf(await build(shuffled(wishes, random))), `seed ${seed}`).to.deep.equal(order);
    }
  });

  it('describes why a step stands where it does, and which wishes met nobody', async () => {
    const assembly = await assembleAll([
      plugin('one', [{ id: 'a', after: ['b', 'nobody'], reads: [Water] }]),
      plugin('two', [{ id: 'b', writes: [Water], before: ['nothing'] }]),
    ]);
    const [heat] = assembly.pipeline(brew).describe().phases;
    expect(heat).to.deep.equal({
      name: 'heat',
      steps: [
        {
          id: 'b',
          plugin: 'two',
          reads: [],
          writes: ['kitchen.water'],
          undo: false,
          because: [],
          absent: [{ edge: 'before', step: 'nothing' }],
        },
        {
          id: 'a',
          plugin: 'one',
          reads: ['kitchen.water'],
          writes: [],
          undo: false,
          because: [
            { step: 'b', why: 'after in a' },
            { step: 'b', why: 'a reads kitchen.water' },
          ],
          absent: [{ edge: 'after', step: 'nobody' }],
        },
      ],
    });
  });

  const cycles: readonly [string, readonly Wish[], readonly string[]][] = [
    [
      'after and reads',
      [
        { id: 'a', after: ['b'], writes: [Water] },
        { id: 'b', reads: [Water] },
      ],
      ['STEP_CYCLE brew/heat: a -> b -> a (b reads kitchen.water, after in a)'],
    ],
    ['a step that wants to come after itself', [{ id: 'a', after: ['a'] }], ['STEP_CYCLE brew/heat: a -> a (after in a)']],
    [
      'every circle at once',
      [
        { id: 'a', after: ['b'] },
        { id: 'b', after: ['a'] },
        { id: 'c', before: ['d'] },
        { id: 'd', before: ['c'] },
      ],
      ['STEP_CYCLE brew/heat: a -> b -> a (after in b, after in a)', 'STEP_CYCLE brew/heat: c -> d -> c (before in c, before in d)'],
    ],
    [
      'a wish against the phases',
      [
        { id: 'a', after: ['b'] },
        { id: 'b', phase: brew.phase.drink },
      ],
      ['STEP_CYCLE brew: b -> a -> b (after in a, phase heat comes before drink)'],
    ],
    [
      'a slot that is only written too late',
      [
        { id: 'a', reads: [Water] },
        { id: 'b', phase: brew.phase.pour, writes: [Water] },
      ],
      ['STEP_CYCLE brew: b -> a -> b (a reads kitchen.water, phase heat comes before pour)'],
    ],
  ];
  for (const [title, wishes, problems] of cycles) {
    it(`refuses ${title}`, async () => {
      expect(await problemsOf(assembleAll([plugin('p', wishes)]))).to.deep.equal(problems);
    });
  }

  it('orders the steps of instances by what they say of each other', async () => {
    const gpu = plugin('gpu', [{ id: 'gpu.attach', after: ['bus.scan'] }]);
    const log = plugin('log', [{ id: 'gpu.log', after: ['gpu.attach'] }]);
    const bus = plugin('bus', [{ id: 'bus.scan' }]);
    const assembly = await assembleAll([log, gpu, bus], {
      config: { api: 1, plugins: { log: {}, 'gpu/left': {}, 'gpu/right': {}, bus: {} } },
    });
    const { steps } = await assembly.pipeline(brew).run(newPot());
    expect(steps.map(({ step, plugin: by }) => `${step} by ${by}`)).to.deep.equal([
      'bus.scan by bus',
      'gpu.attach/left by gpu/left',
      'gpu.attach/right by gpu/right',
      'gpu.log by log',
    ]);
  });
});
