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

const modes: ReadonlyMap<string, { readonly number: number; readonly nodes: Nodes }> = new Map([
  ['MPOL_DEFAULT', { number: 0, nodes: 'none' }],
  ['MPOL_PREFERRED', { number: 1, nodes: 'optional' }],
  ['MPOL_BIND', { number: 2, nodes: 'needed' }],
  ['MPOL_INTERLEAVE', { number: 3, nodes: 'needed' }],
  ['MPOL_LOCAL', { number: 4, nodes: 'none' }],
  ['MPOL_PREFERRED_MANY', { number: 5, nodes: 'needed' }],
  ['MPOL_WEIGHTED_INTERLEAVE', { number: 6, nodes: 'needed' }],
]);

const flagBits: ReadonlyMap<string, number> = new Map([
  ['MPOL_F_STATIC_NODES', 1 << 15],
  ['MPOL_F_RELATIVE_NODES', 1 << 14],
  ['MPOL_F_NUMA_BALANCING', 1 << 13],
]);

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
  const { number, nodes: wants } = modes.get(mode) ?? { number: 0, nodes: 'optional' };
  if (!modes.has(mode))
    issues.push({
      pointer: `${pointer}/mode`,
      message: `${JSON.stringify(mode)} is no mode`,
      expected: `one of ${[...modes.keys()].join(', ')}`,
    });
  let bits = 0;
  for (const [i, flag] of flags.entries()) {
    if (!flagBits.has(flag))
      issues.push({
        pointer: `${pointer}/flags/${String(i)}`,
        message: `${JSON.stringify(flag)} is no flag`,
        expected: `one of ${[...flagBits.keys()].join(', ')}`,
      });
    bits |= flagBits.get(flag) ?? 0;
  }
  const mask = parseCpuList(nodes);
  const empty = nodes.trim() === '';
  if (mask === undefined && !empty)
    issues.push({
      pointer: `${pointer}/nodes`,
      message: `${JSON.stringify(nodes)} is no list of nodes`,
      expected: 'numbers and ranges, such as 0-3,7',
    });
  else if (empty && wants === 'needed') issues.push({ pointer: `${pointer}/nodes`, message: `${mode} needs nodes` });
  else if (!empty && wants === 'none') issues.push({ pointer: `${pointer}/nodes`, message: `${mode} takes no nodes` });
  if (issues.length > 0) throw invalidAll(issues);

  const say = `set the memory policy to ${[mode, ...flags].join(' with ')}${empty ? '' : ` on the nodes ${nodes}`}`;
  // The kernel takes one bit less than it is told of.
  const maxnode = mask === undefined ? 0 : mask.length * 8 + 1;
  return [sys('set_mempolicy', [number | bits, mask ?? null, maxnode], { say, pointer })];
}
