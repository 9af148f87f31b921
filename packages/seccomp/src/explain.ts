import type { Abi, Architecture } from './abi.js';
import { describeOutcome } from './action.js';
import { formatCondition } from './condition.js';
import { type AbiDecisions, type Decision, decideFor } from './decide.js';
import { allSyscalls } from './numbers.js';
import type { ParsedProfile } from './profile.js';

/** System calls of which a profile says the same. */
export interface Explanation {
  /** `is allowed`, `is allowed if arg0 < 0x26; fails with EPERM otherwise`. */
  readonly outcome: string;
  readonly syscalls: readonly string[];
}

/** A call that two profiles don't agree about. */
export interface Difference {
  readonly syscall: string;
  readonly before: string;
  readonly after: string;
}

/** What a profile says about all calls of one of its ABIs: the machine's own, when none is named. Those with most calls come first. */
export function explainProfile(profile: ParsedProfile, architecture?: Architecture): Explanation[] {
  const groups = new Map<string, string[]>();
  for (const [syscall, outcome] of outcomesOf(profile, architecture)) {
    const group = groups.get(outcome);
    if (group === undefined) groups.set(outcome, [syscall]);
    else group.push(syscall);
  }
  return [...groups].map(([outcome, syscalls]) => ({ outcome, syscalls })).sort((a, b) => b.syscalls.length - a.syscalls.length);
}

/** The calls that two profiles don't agree about, by what they mean and not by how they put it. */
export function diffProfiles(before: ParsedProfile, after: ParsedProfile, architecture?: Architecture): Difference[] {
  const then = outcomesOf(after, architecture);
  return [...outcomesOf(before, architecture)].flatMap(([syscall, outcome]) => {
    const now = then.get(syscall) ?? outcome;
    return now === outcome ? [] : [{ syscall, before: outcome, after: now }];
  });
}

function outcomesOf(profile: ParsedProfile, architecture: Architecture | undefined): Map<string, string> {
  const abi: Abi | undefined = profile.abis.find(({ name }) => architecture === undefined || name === architecture);
  if (abi === undefined) return new Map(allSyscalls().map((name) => [name, 'kills the thread: its ABI is not in the profile']));
  const decisions: AbiDecisions = decideFor(profile, abi);
  return new Map(
    allSyscalls().flatMap((name): [string, string][] => {
      const nr = abi.find(name);
      return nr === undefined ? [] : [[name, describe(decisions.named.get(nr) ?? decisions.unnamed(nr))]];
    }),
  );
}

function describe({ choices, otherwise, because }: Decision): string {
  const [first] = choices;
  if (first?.conditions.length === 0) return describeOutcome(first.value);
  const cases = choices.map(({ conditions, value }) => `${describeOutcome(value)} if ${conditions.map(formatCondition).join(' and ')}`);
  const rest = `${describeOutcome(otherwise)}${because === 'newer' ? ', as newer than the profile' : ''}`;
  return cases.length === 0 ? rest : `${cases.join('; ')}; ${rest} otherwise`;
}
