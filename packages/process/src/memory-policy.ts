import type { SpecIssue } from '@standpipe/errors';
import { type Op, sys } from '@standpipe/program';
import { parseCpuList } from './cpu-list.js';
import { invalidAll } from './errors.js';

/** `linux.memoryPolicy` of a config.json. */
export interface MemoryPolicy {
  readonly mode: string;
  /** NUMA nodes, `0-3,7`. */
  readonly nodes?: string | undefined;
  readonly flags?: readonly string[] | undefined;
}

type Nodes = 'needed' | 'optional' | 'none';

const modes: Readonly<Record<string, readonly [number: number, nodes: Nodes]>> = {
  MPOL_DEFAULT: [0, 'none'],
  MPOL_PREFERRED: [1, 'optional'],
  MPOL_BIND: [2, 'needed'],
  MPOL_INTERLEAVE: [3, 'needed'],
  MPOL_LOCAL: [4, 'none'],
  MPOL_PREFERRED_MANY: [5, 'needed'],
  MPOL_WEIGHTED_INTERLEAVE: [6, 'needed'],
};

const flagBits: Readonly<Record<string, number>> = {
  MPOL_F_STATIC_NODES: 1 << 15,
  MPOL_F_RELATIVE_NODES: 1 << 14,
  MPOL_F_NUMA_BALANCING: 1 << 13,
};

/**
 * Plans on which NUMA nodes the process that runs the ops gets its memory.
 *
 * @man set_mempolicy(2)
 * @kernel 2.6.7; MPOL_F_NUMA_BALANCING 5.12, MPOL_PREFERRED_MANY 5.15, MPOL_WEIGHTED_INTERLEAVE 6.9
 * @errno EINVAL none of the nodes has memory or is in the process's cpuset, or the flag doesn't go with the mode
 * @throws SpecError for unknown modes and flags, and nodes that don't go with the mode
 */
export function planMemoryPolicy({ mode, nodes = '', flags = [] }: MemoryPolicy, pointer = '/linux/memoryPolicy'): Op[] {
  const issues: SpecIssue[] = [];
  const [number, wants] = modes[mode] ?? [0, 'optional'];
  if (modes[mode] === undefined) issues.push({ pointer: `${pointer}/mode`, message: `${JSON.stringify(mode)} is no mode`, expected: `one of ${Object.keys(modes).join(', ')}` });
  let bits = 0;
  for (const [i, flag] of flags.entries()) {
    if (flagBits[flag] === undefined) issues.push({ pointer: `${pointer}/flags/${String(i)}`, message: `${JSON.stringify(flag)} is no flag`, expected: `one of ${Object.keys(flagBits).join(', ')}` });
    bits |= flagBits[flag] ?? 0;
  }
  const mask = parseCpuList(nodes);
  const empty = nodes.trim() === '';
  if (mask === undefined && !empty) issues.push({ pointer: `${pointer}/nodes`, message: `${JSON.stringify(nodes)} is no list of nodes`, expected: 'numbers and ranges, such as 0-3,7' });
  else if (empty && wants === 'needed') issues.push({ pointer: `${pointer}/nodes`, message: `${mode} needs nodes` });
  else if (!empty && wants === 'none') issues.push({ pointer: `${pointer}/nodes`, message: `${mode} takes no nodes` });
  if (issues.length > 0) throw invalidAll(issues);

  const say = `set the memory policy to ${[mode, ...flags].join(' with ')}${empty ? '' : ` on the nodes ${nodes}`}`;
  // The kernel takes one bit less than it is told of.
  const maxnode = mask === undefined ? 0 : mask.length * 8 + 1;
  return [sys('set_mempolicy', [number | bits, mask ?? null, maxnode], { say, pointer })];
}
