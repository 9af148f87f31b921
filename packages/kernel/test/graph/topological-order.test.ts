import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Edge, topologicalOrder } from '../../src/graph/topological-order.js';
import { randomDag, randomNumbers } from '../fixtures/random.js';

function edges(text: string): Edge[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((pair) => {
      const [from, to] = pair.split('>').map(Number) as [number, number];
      return { from, to, why: pair };
    });
}

describe('topologicalOrder', () => {
  for (const [size, given, order] of [
    [0, '', []],
    [3, '', [0, 1, 2]],
    [3, '2>0', [1, 2, 0]],
    [4, '3>2 2>1 1>0', [3, 2, 1, 0]],
    [4, '3>1 0>1 3>1', [0, 2, 3, 1]],
    [5, '4>0 4>2 1>2', [1, 3, 4, 0, 2]],
  ] as const) {
    it(`orders ${size} nodes with ${given || 'no edges'}`, () => {
      expect(topologicalOrder(size, edges(given))).to.deep.equal({ order, cycles: [] });
    });
  }

  for (const [size, given, cycles] of [
    [1, '0>0', ['0>0']],
    [2, '0>1 1>0', ['0>1 1>0']],
    [4, '1>2 2>3 3>1 3>0', ['1>2 2>3 3>1']],
    [5, '0>1 1>0 2>3 3>4 4>2', ['0>1 1>0', '2>3 3>4 4>2']],
    [3, '0>1 1>2 2>0 1>0', ['0>1 1>0', '0>1 1>2 2>0']],
  ] as const) {
    it(`names the cycles of ${given}`, () => {
      const found = topologicalOrder(size, edges(given));
      expect(found.cycles.map((cycle) => cycle.map(({ why }) => why).join(' '))).to.deep.equal(cycles);
      expect(found.order.toSorted((a, b) => a - b)).to.deep.equal([...Array(size).keys()]);
    });
  }

  it('holds every edge of random graphs, and is the same whatever order the edges come in', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomNumbers(seed);
      const size = 1 + Math.floor(random() * 25);
      const dag = randomDag(size, random);
      const { order, cycles } = topologicalOrder(size, dag);
      const place = new Map(order.map((node, index) => [node, index]));
      expect(place.size, `seed ${seed}`).to.equal(size);
      expect(cycles, `seed ${seed}`).to.deep.equal([]);
      for (const { from, to } of dag) expect(place.get(from), `seed ${seed}: ${from}>${to}`).to.be.lessThan(place.get(to)!);
      expect(topologicalOrder(size, dag.toReversed()).order, `seed ${seed}`).to.deep.equal(order);
    }
  });

  it('reports only real cycles in random graphs with back edges', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = randomNumbers(seed);
      const size = 2 + Math.floor(random() * 12);
      const graph = Array.from({ length: size * 2 }, (): Edge => {
        const [from, to] = [Math.floor(random() * size), Math.floor(random() * size)];
        return { from, to, why: '' };
      });
      const { order, cycles } = topologicalOrder(size, graph);
      expect(new Set(order).size, `seed ${seed}`).to.equal(size);
      for (const cycle of cycles) {
        cycle.forEach((edge, index) => {
          expect(graph, `seed ${seed}`).to.include(edge);
          expect(edge.to, `seed ${seed}`).to.equal(cycle[(index + 1) % cycle.length]!.from);
        });
      }
      const cut = new Set(cycles.map((cycle) => cycle.at(-1)));
      const rest = graph.filter((edge) => !cut.has(edge));
      expect(topologicalOrder(size, rest).cycles, `seed ${seed}`).to.deep.equal([]);
    }
  });
});
