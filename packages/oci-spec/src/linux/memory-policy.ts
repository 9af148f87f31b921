import { type Check, list, object, required, type Shape } from '../check.js';
import { numberList, oneOf } from '../values.js';

export const memoryPolicyModes = [
  'MPOL_DEFAULT',
  'MPOL_BIND',
  'MPOL_INTERLEAVE',
  'MPOL_WEIGHTED_INTERLEAVE',
  'MPOL_PREFERRED',
  'MPOL_PREFERRED_MANY',
  'MPOL_LOCAL',
] as const;
export type MemoryPolicyModeType = (typeof memoryPolicyModes)[number];

export const memoryPolicyFlags = ['MPOL_F_NUMA_BALANCING', 'MPOL_F_RELATIVE_NODES', 'MPOL_F_STATIC_NODES'] as const;
export type MemoryPolicyFlagType = (typeof memoryPolicyFlags)[number];

/** What set_mempolicy(2) says of nodes. MPOL_PREFERRED takes both: without any it is local. */
const nodesOf: Readonly<Record<MemoryPolicyModeType, 'none' | 'some' | 'any'>> = {
  MPOL_DEFAULT: 'none',
  MPOL_BIND: 'some',
  MPOL_INTERLEAVE: 'some',
  MPOL_WEIGHTED_INTERLEAVE: 'some',
  MPOL_PREFERRED: 'any',
  MPOL_PREFERRED_MANY: 'some',
  MPOL_LOCAL: 'none',
};

const memoryPolicyFields = {
  mode: required(oneOf('mode of a memory policy', memoryPolicyModes)),
  /** Memory nodes: `0-3,7`. */
  nodes: numberList,
  flags: list(oneOf('flag of a memory policy', memoryPolicyFlags)),
};

/** `linux.memoryPolicy`: what set_mempolicy(2) is to set. */
export interface LinuxMemoryPolicy extends Shape<typeof memoryPolicyFields> {}

export const memoryPolicy: Check<LinuxMemoryPolicy> = object(memoryPolicyFields, (rule) => [
  rule(['mode', 'nodes'], ({ mode, nodes }, at, report) => {
    if (nodesOf[mode] === 'none' && nodes !== undefined) report.issue(`${at}/nodes`, `${mode} has no nodes`, 'none');
    if (nodesOf[mode] === 'some' && nodes === undefined) report.issue(`${at}/nodes`, `is missing: ${mode} needs nodes`, 'at least one');
  }),
  rule(['flags'], ({ flags = [] }, at, report) => {
    if (flags.includes('MPOL_F_RELATIVE_NODES') && flags.includes('MPOL_F_STATIC_NODES')) {
      report.issue(`${at}/flags`, 'nodes are either relative or static', 'one of MPOL_F_RELATIVE_NODES, MPOL_F_STATIC_NODES');
    }
  }),
]);
