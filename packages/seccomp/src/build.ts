import { type Abi, X32_SYSCALL_BIT } from './abi.js';
import { type Condition, narrow } from './condition.js';
import { abiOfNumber, type Decision, decisionOf, foreign, type Space } from './decide.js';
import type { Graph, Node } from './graph.js';
import { DATA_ARCH, DATA_ARGS, DATA_NR } from './instruction.js';

const LAST_NUMBER = 2 ** 32 - 1;
/** As many single numbers are compared one by one where all else around them is the same: it takes half as many tests as halving. */
const ISLANDS = 3;

/** Numbers from `first` up to the next range, for all of which the same is done. */
interface Range {
  readonly first: number;
  readonly node: Node;
}

/** The graph of a filter: which architecture, which range of numbers, then the arguments. */
export function buildFilter(graph: Graph, spaces: readonly Space[]): Node {
  let node = graph.return(foreign.otherwise);
  for (const space of [...spaces].reverse()) {
    const calls = graph.load(DATA_NR, searchTree(graph, rangesOf(graph, space)));
    node = graph.test('jeq', space.audit, calls, node);
  }
  return graph.load(DATA_ARCH, node);
}

/** All numbers of a space, neighbours with the same fate merged. */
function rangesOf(graph: Graph, space: Space): Range[] {
  const ranges: Range[] = [];
  for (const first of edgesOf(space)) {
    const node = nodeOf(graph, decisionOf(space, first), abiOfNumber(space, first)?.abi);
    if (ranges.at(-1)?.node !== node) ranges.push({ first, node });
  }
  return ranges;
}

/** Numbers, ascending, between which nothing changes. */
function edgesOf({ abis }: Space): number[] {
  const edges: number[] = [0];
  for (const { named, edges: own, abi } of abis) {
    edges.push(...own);
    let behind = -1;
    for (const nr of named.keys()) {
      if (behind !== -1 && behind !== nr) edges.push(behind);
      edges.push(nr);
      behind = nr + 1;
    }
    if (behind !== -1) edges.push(behind);
    if (abi.name === 'SCMP_ARCH_X86_64') edges.push(X32_SYSCALL_BIT, LAST_NUMBER);
  }
  return [...Uint32Array.from(edges).sort()];
}

function nodeOf(graph: Graph, decision: Decision, abi: Abi | undefined): Node {
  const [first] = decision.choices;
  if (first === undefined || abi === undefined) return graph.return(decision.otherwise);
  if (first.conditions.length === 0) return graph.return(first.value);
  return graph.simplify(chain(graph, decision, abi));
}

/** A balanced search for the range of the number in A. */
function searchTree(graph: Graph, ranges: readonly Range[]): Node {
  const [lowest] = ranges;
  if (lowest === undefined) return graph.return(foreign.otherwise);
  if (ranges.length === 1) return lowest.node;
  const islands = islandsOf(ranges);
  if (islands !== undefined) {
    return islands.reduceRight((node, { first, node: island }) => graph.test('jeq', first, island, node), lowest.node);
  }
  const middle = ranges.length >> 1;
  return graph.test('jge', ranges[middle]?.first ?? 0, searchTree(graph, ranges.slice(middle)), searchTree(graph, ranges.slice(0, middle)));
}

/** The odd ones out, when every second range is one number and the others are all the same. */
function islandsOf(ranges: readonly Range[]): Range[] | undefined {
  if (ranges.length % 2 === 0 || ranges.length > 2 * ISLANDS + 1) return undefined;
  const islands = ranges.filter((_, i) => i % 2 === 1);
  const alone = islands.every(({ first }, i) => ranges[2 * i + 2]?.first === first + 1);
  return alone && ranges.every(({ node }, i) => i % 2 === 1 || node === ranges[0]?.node) ? islands : undefined;
}

function chain(graph: Graph, { choices, otherwise }: Decision, abi: Abi): Node {
  return choices.reduceRight(
    (no, { conditions, value }) => conditions.reduceRight((yes, condition) => compare(graph, condition, abi, yes, no), graph.return(value)),
    graph.return(otherwise),
  );
}

/** A condition on 64 bits by tests of 32: the high half decides unless it is equal. */
function compare(graph: Graph, condition: Condition, abi: Abi, yes: Node, no: Node): Node {
  const meant = abi.bits === 64 ? condition : narrow(condition);
  if (typeof meant === 'boolean') return meant ? yes : no;
  const { index, op, value, mask } = meant;
  const word = DATA_ARGS + 8 * index;
  const low = abi.littleEndian ? word : word + 4;
  const high = abi.littleEndian ? word + 4 : word;

  const masked = (offset: number, bits: number, equal: number, then: Node): Node => {
    if (bits === 0) return then;
    if (bits === 0xffff_ffff) return graph.load(offset, graph.test('jeq', equal, then, no));
    if (equal === 0) return graph.load(offset, graph.test('jset', bits, no, then));
    if (equal === bits && (bits & (bits - 1)) === 0) return graph.load(offset, graph.test('jset', bits, then, no));
    return graph.load(offset, graph.and(bits, graph.test('jeq', equal, then, no)));
  };
  if (op === 'SCMP_CMP_MASKED_EQ') return masked(high, mask.high, value.high, masked(low, mask.low, value.low, yes));

  const ordered = (jump: 'jgt' | 'jge', greater: Node, other: Node): Node => {
    const lows = graph.load(low, graph.test(jump, value.low, greater, other));
    if (abi.bits === 32) return lows;
    return graph.load(high, graph.test('jgt', value.high, greater, graph.test('jeq', value.high, lows, other)));
  };
  const equals = (then: Node, other: Node): Node => {
    const lows = graph.load(low, graph.test('jeq', value.low, then, other));
    return abi.bits === 32 ? lows : graph.load(high, graph.test('jeq', value.high, lows, other));
  };
  switch (op) {
    case 'SCMP_CMP_EQ':
      return equals(yes, no);
    case 'SCMP_CMP_NE':
      return equals(no, yes);
    case 'SCMP_CMP_GT':
      return ordered('jgt', yes, no);
    case 'SCMP_CMP_GE':
      return ordered('jge', yes, no);
    case 'SCMP_CMP_LE':
      return ordered('jgt', no, yes);
    default:
      return ordered('jge', no, yes);
  }
}
