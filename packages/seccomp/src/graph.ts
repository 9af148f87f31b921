import { DATA_ARGS, type Jump } from './instruction.js';

/** A node of the decision graph: what is done next with BPF's accumulator A. Equal nodes are the same object. */
export type Node = ReturnNode | LoadNode | AndNode | TestNode;

export interface ReturnNode {
  readonly kind: 'return';
  readonly id: number;
  readonly value: number;
}

/** Puts a word of struct seccomp_data into A. */
export interface LoadNode {
  readonly kind: 'load';
  readonly id: number;
  readonly offset: number;
  readonly next: Node;
}

export interface AndNode {
  readonly kind: 'and';
  readonly id: number;
  readonly k: number;
  readonly next: Node;
}

export interface TestNode {
  readonly kind: 'test';
  readonly id: number;
  readonly jump: Jump;
  readonly k: number;
  readonly yes: Node;
  readonly no: Node;
}

/** What is known about a word: its bounds, and values between them that it doesn't have. */
interface Known {
  readonly min: number;
  readonly max: number;
  readonly not: readonly number[];
  /** The same for the same knowledge. */
  readonly key: string;
}

function known(min: number, max: number, not: readonly number[]): Known {
  return { min, max, not, key: not.length === 0 ? `${String(min)}-${String(max)}` : `${String(min)}-${String(max)}!${not.join('!')}` };
}

const anything = known(0, 0xffff_ffff, []);

/**
 * What is known on the way to a node, about the two words of one argument: more would make copies of all that follows, for
 * every way there.
 */
interface Knowledge {
  readonly argument: number;
  /** Offset of the word that is in A, or -1. */
  readonly loaded: number;
  readonly first: Known;
  readonly second: Known;
}

const nothing: Knowledge = { argument: -1, loaded: -1, first: anything, second: anything };

/** As many values that a word doesn't have are remembered. */
const REMEMBERED = 4;
/** As many pairs of node and knowledge are looked at: no profile that people write comes near. */
const MOST_WAYS = 20_000;

/** Makes nodes, each once. */
export class Graph {
  readonly #nodes = new Map<string, Node>();
  readonly #simplified = new Map<string, Node>();

  #intern<Made extends Node>(key: string, make: (id: number) => Made): Made {
    let node = this.#nodes.get(key) as Made | undefined;
    if (node === undefined) {
      node = make(this.#nodes.size);
      this.#nodes.set(key, node);
    }
    return node;
  }

  return(value: number): Node {
    return this.#intern(`r${String(value)}`, (id) => ({ kind: 'return', id, value }));
  }

  load(offset: number, next: Node): Node {
    // Nothing looks at A.
    if (next.kind === 'return' || next.kind === 'load') return next;
    return this.#intern(`l${String(offset)} ${String(next.id)}`, (id) => ({ kind: 'load', id, offset, next }));
  }

  and(k: number, next: Node): Node {
    return this.#intern(`a${String(k)} ${String(next.id)}`, (id) => ({ kind: 'and', id, k, next }));
  }

  test(jump: Jump, k: number, yes: Node, no: Node): Node {
    if (yes === no) return yes;
    return this.#intern(`${jump}${String(k)} ${String(yes.id)} ${String(no.id)}`, (id) => ({ kind: 'test', id, jump, k, yes, no }));
  }

  /**
   * The same decisions without what is known by the time: tests whose outcome earlier ones settle, loads of what is in
   * A already. So a list of rules that compare one argument becomes one load and a row of comparisons.
   */
  simplify(node: Node, so: Knowledge = nothing): Node {
    if (node.kind === 'return') return node;
    const key = `${String(node.id)} ${String(so.argument)} ${String(so.loaded)} ${so.first.key} ${so.second.key}`;
    let simple = this.#simplified.get(key);
    if (simple === undefined) {
      // Right without, if longer.
      if (this.#simplified.size >= MOST_WAYS) return node;
      simple = this.#simplify(node, so);
      this.#simplified.set(key, simple);
    }
    return simple;
  }

  #simplify(node: LoadNode | AndNode | TestNode, so: Knowledge): Node {
    if (node.kind === 'and') return this.and(node.k, this.simplify(node.next, { ...so, loaded: -1 }));
    if (node.kind === 'load') {
      const { offset } = node;
      const argument = argumentOf(offset);
      const then = { ...(argument === so.argument ? so : nothing), argument, loaded: offset };
      const next = behindSettled(node.next, then);
      // Nothing looks at what would be loaded: A keeps what it has.
      if (next.kind === 'load' || next.kind === 'return') return this.simplify(next, so);
      const rest = this.simplify(next, then);
      return so.loaded === offset ? rest : this.load(offset, rest);
    }
    const { jump, k, yes, no } = node;
    if (so.loaded === -1) return this.test(jump, k, this.simplify(yes, so), this.simplify(no, so));
    const place = placeOf(so.loaded);
    const word = so[place];
    const settled = settle(node, word);
    if (settled !== undefined) return this.simplify(settled ? yes : no, so);
    const then = { ...so, [place]: learn(node, word, true) };
    const otherwise = { ...so, [place]: learn(node, word, false) };
    return this.test(jump, k, this.simplify(yes, then), this.simplify(no, otherwise));
  }
}

function argumentOf(offset: number): number {
  return offset < DATA_ARGS ? -1 : (offset - DATA_ARGS) >> 3;
}

function placeOf(offset: number): 'first' | 'second' {
  return offset % 8 === 0 ? 'first' : 'second';
}

/** Where tests lead whose outcome is known. */
function behindSettled(node: Node, so: Knowledge): Node {
  let at = node;
  while (at.kind === 'test') {
    const settled = settle(at, so[placeOf(so.loaded)]);
    if (settled === undefined) break;
    at = settled ? at.yes : at.no;
  }
  return at;
}

/** What a test comes to for every value that the word can have, if it is the same. */
function settle({ jump, k }: TestNode, { min, max, not }: Known): boolean | undefined {
  if (min === max) return outcomeOf(jump, min, k);
  switch (jump) {
    case 'jeq':
      return k < min || k > max || not.includes(k) ? false : undefined;
    case 'jgt':
      return min > k ? true : max <= k ? false : undefined;
    case 'jge':
      return min >= k ? true : max < k ? false : undefined;
    default:
      return undefined;
  }
}

export function outcomeOf(jump: Jump, a: number, k: number): boolean {
  switch (jump) {
    case 'jeq':
      return a === k;
    case 'jgt':
      return a > k;
    case 'jge':
      return a >= k;
    default:
      return (a & k) !== 0;
  }
}

function learn({ jump, k }: TestNode, word: Known, outcome: boolean): Known {
  const { min, max, not } = word;
  switch (jump) {
    case 'jeq':
      return outcome ? known(k, k, []) : without(min, max, [...not, k]);
    case 'jgt':
      return outcome ? without(Math.max(min, k + 1), max, not) : without(min, Math.min(max, k), not);
    case 'jge':
      return outcome ? without(Math.max(min, k), max, not) : without(min, Math.min(max, k - 1), not);
    default:
      return word;
  }
}

function without(from: number, to: number, not: readonly number[]): Known {
  let [min, max] = [from, to];
  while (min < max && not.includes(min)) min++;
  while (min < max && not.includes(max)) max--;
  return known(min, max, not.filter((value) => value >= min && value <= max).slice(-REMEMBERED));
}
