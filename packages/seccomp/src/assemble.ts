import type { Node } from './graph.js';
import { andWith, type Instruction, jumps, loadWord, returns, skip } from './instruction.js';

/** As far as a test can jump. */
const REACH = 255;

/**
 * Lays a graph out as instructions. From its end to its beginning: jumps lead forward only, so whatever a node leads to has its
 * place by the time. What a test can't reach is led to by a longer jump close by; a return is said again.
 */
export function assemble(root: Node): Instruction[] {
  /** Latest first. Places count from the end: the last instruction is at 1. */
  const reversed: Instruction[] = [];
  const places = new Map<Node, number>();
  const emit = (instruction: Instruction): number => reversed.push(instruction);

  const place = (node: Node): number => {
    const known = places.get(node);
    if (known !== undefined) return known;
    const made = lay(node);
    places.set(node, made);
    return made;
  };
  /** Has a node be where an instruction that is emitted after `more` others can reach it. */
  const nearby = (node: Node, more: number): void => {
    if (reversed.length + more - place(node) <= REACH) return;
    places.set(node, node.kind === 'return' ? emit(returns(node.value)) : emit(skip(reversed.length - place(node))));
  };
  /** Has a node be what comes next. */
  const next = (node: Node): void => {
    const at = place(node);
    if (at !== reversed.length) emit(node.kind === 'return' ? returns(node.value) : skip(reversed.length - at));
  };

  const lay = (node: Node): number => {
    switch (node.kind) {
      case 'return':
        return emit(returns(node.value));
      case 'load':
        next(node.next);
        return emit(loadWord(node.offset));
      case 'and':
        next(node.next);
        return emit(andWith(node.k));
      default: {
        place(node.yes);
        place(node.no);
        // Making the one reachable may take an instruction, which the other must be reachable across.
        nearby(node.yes, 1);
        nearby(node.no, 0);
        const [yes, no] = [place(node.yes), place(node.no)];
        return emit({ code: jumps[node.jump], jt: reversed.length - yes, jf: reversed.length - no, k: node.k });
      }
    }
  };
  next(root);
  return reversed.reverse();
}
