/** `from` comes before `to`. Nodes are indexes; `why` is for people. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** A total order of the nodes, and the cycles that had to be cut to get one. */
export interface Ordering {
  readonly order: readonly number[];
  /** Each a closed walk: `cycle[i].to` is `cycle[i + 1].from`, and the last leads back to the first. */
  readonly cycles: readonly (readonly Edge[])[];
}

/**
 * Orders nodes `0 … size - 1` so that edges hold; of the nodes that could come next, the lowest index
 * does. Every cycle found is reported and then cut at the edge that leads back to its lowest node, so one
 * pass names all that is wrong.
 */
export function topologicalOrder(size: number, edges: readonly Edge[]): Ordering {
  const incoming: Edge[][] = Array.from({ length: size }, () => []);
  for (const edge of edges) incoming[edge.to]!.push(edge);

  const waiting = new Set<number>(incoming.keys());
  const cut = new Set<Edge>();
  const blocker = (node: number): Edge | undefined =>
    incoming[node]!.filter((edge) => waiting.has(edge.from) && !cut.has(edge)).sort((a, b) => a.from - b.from)[0];

  const order: number[] = [];
  const cycles: Edge[][] = [];
  while (waiting.size > 0) {
    let next: number | undefined;
    for (const node of waiting) {
      if (incoming[node]!.some((edge) => waiting.has(edge.from) && !cut.has(edge))) continue;
      next = node;
      break;
    }
    if (next === undefined) {
      const cycle = findCycle(waiting, blocker);
      cycles.push(cycle);
      cut.add(cycle.at(-1)!);
    } else {
      waiting.delete(next);
      order.push(next);
    }
  }
  return { order, cycles };
}

/** Walks backwards along blockers until a node comes round again. Every waiting node is known to have a blocker. */
function findCycle(waiting: ReadonlySet<number>, blocker: (node: number) => Edge | undefined): Edge[] {
  const walk: Edge[] = [];
  const seenAt = new Map<number, number>();
  let node: number = waiting.values().next().value!;
  while (!seenAt.has(node)) {
    seenAt.set(node, walk.length);
    const edge = blocker(node)!;
    walk.push(edge);
    node = edge.from;
  }
  const cycle = walk.slice(seenAt.get(node)).reverse();
  const lowest = Math.min(...cycle.map((edge) => edge.from));
  const start = cycle.findIndex((edge) => edge.from === lowest);
  return [...cycle.slice(start), ...cycle.slice(0, start)];
}
