import type { SpecIssue } from '@standpipe/errors';
import { assemble } from './assemble.js';
import { buildFilter } from './build.js';
import { spacesOf } from './decide.js';
import { filterTooLong } from './errors.js';
import { Graph } from './graph.js';
import { BPF_MAXINSNS, encodeFilter, type Instruction } from './instruction.js';
import { type ParsedProfile, parseProfile, type ParseProfileSettings, type SeccompProfile } from './profile.js';

/** A filter that the kernel can load. */
export interface CompiledFilter {
  readonly profile: ParsedProfile;
  readonly instructions: readonly Instruction[];
  /** An array of struct sock_filter. */
  readonly bytes: Uint8Array;
  readonly warnings: readonly SpecIssue[];
}

/** As many filters are kept. */
const KEPT = 16;
const compiled = new Map<string, CompiledFilter>();

/**
 * Compiles a profile. The same profile again gives the same filter: what a runtime makes for its containers is mostly one.
 *
 * @throws SpecError with every issue of the profile; `SECCOMP_FILTER_TOO_LONG`
 */
export function compileProfile(profile: SeccompProfile, settings: ParseProfileSettings = {}): CompiledFilter {
  const key = keyOf(profile, settings);
  let filter = compiled.get(key);
  if (filter === undefined) {
    filter = compileParsed(parseProfile(profile, settings));
    const [oldest] = compiled.keys();
    if (compiled.size >= KEPT && oldest !== undefined) compiled.delete(oldest);
    compiled.set(key, filter);
  }
  return filter;
}

export function compileParsed(profile: ParsedProfile): CompiledFilter {
  const graph = new Graph();
  const instructions = assemble(buildFilter(graph, spacesOf(profile)));
  if (instructions.length > BPF_MAXINSNS) throw filterTooLong(instructions.length, BPF_MAXINSNS, profile.pointer);
  return { profile, instructions, bytes: encodeFilter(instructions, profile.abis[0]?.littleEndian), warnings: profile.warnings };
}

function keyOf(profile: SeccompProfile, { arch, pointer }: ParseProfileSettings): string {
  return JSON.stringify([profile, arch, pointer], (_, value: unknown) => (typeof value === 'bigint' ? `${String(value)}n` : value));
}
