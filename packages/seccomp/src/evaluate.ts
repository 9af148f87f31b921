import type { Abi, Architecture } from './abi.js';
import { holds } from './condition.js';
import { abiOfNumber, type Choice, decisionOf, foreign, type Space, spacesOf } from './decide.js';
import type { Call } from './interpret.js';
import type { ParsedProfile } from './profile.js';

/** What a profile says about a call, and why. */
export interface Verdict {
  /** What the filter returns. */
  readonly value: number;
  /** `rule`: see `choice`. `newer`: than all calls that the profile names. `foreign`: an ABI that it doesn't name. */
  readonly because: 'rule' | 'default' | 'newer' | 'foreign';
  readonly choice?: Choice;
}

const spaces = new WeakMap<ParsedProfile, readonly Space[]>();

/** Judges a call by the rules, without a filter: the meaning that compiled filters are held against. */
export function evaluate(profile: ParsedProfile, { nr, audit, args = [] }: Call): Verdict {
  let all = spaces.get(profile);
  if (all === undefined) spaces.set(profile, (all = spacesOf(profile)));
  const space = all.find((candidate) => candidate.audit === audit);
  const decision = space === undefined ? foreign : decisionOf(space, nr);
  const abi = space && abiOfNumber(space, nr)?.abi;
  const argument = (index: number): bigint => BigInt.asUintN(64, BigInt(args[index] ?? 0));
  const choice = decision.choices.find(({ conditions }) =>
    conditions.every((condition) => holds(condition, argument(condition.index), abi?.bits ?? 64)),
  );
  if (choice !== undefined) return { value: choice.value, because: 'rule', choice };
  return { value: decision.otherwise, because: decision.because };
}

/** A call by name: undefined where the ABI doesn't have it. The machine's own ABI, when none is named. */
export function callOf(
  profile: ParsedProfile,
  syscall: string,
  args: readonly (number | bigint)[] = [],
  architecture?: Architecture,
): Call | undefined {
  const abi: Abi | undefined = profile.abis.find(({ name }) => architecture === undefined || name === architecture);
  const nr = abi?.find(syscall);
  return abi === undefined || nr === undefined ? undefined : { nr, audit: abi.audit, args };
}
