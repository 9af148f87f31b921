import { type Op, sys } from '@standpipe/program';
import { invalid } from './errors.js';

/** `linux.personality` of a config.json. */
export interface Personality {
  readonly domain: string;
  /** The specification has no flag yet. */
  readonly flags?: readonly string[] | undefined;
}

const domains: ReadonlyMap<string, number> = new Map([
  ['LINUX', 0x0000],
  ['LINUX32', 0x0008],
]);

/**
 * Plans the execution domain of the process that runs the ops: LINUX32 has uname(2) tell of a 32-bit machine.
 *
 * @man personality(2)
 * @throws SpecError for an unknown domain, and for any flag
 */
export function planPersonality({ domain, flags = [] }: Personality, pointer = '/linux/personality'): Op[] {
  const number = domains.get(domain);
  if (number === undefined)
    throw invalid({
      pointer: `${pointer}/domain`,
      message: `${JSON.stringify(domain)} is no domain`,
      expected: `one of ${[...domains.keys()].join(', ')}`,
    });
  if (flags.length > 0)
    throw invalid({ pointer: `${pointer}/flags`, message: `${JSON.stringify(flags[0])} is no flag of a personality`, expected: 'none' });
  return [sys('personality', [number], { say: `set the personality to ${domain}`, pointer })];
}
