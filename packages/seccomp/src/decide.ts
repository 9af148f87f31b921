import { type Abi, X32_SYSCALL_BIT } from './abi.js';
import { isStricter, letsPass, RET, RET_ENOSYS } from './action.js';
import { type Condition, isVoid } from './condition.js';
import { tooManyConditions } from './errors.js';
import { armPrivate } from './numbers.js';
import { multiplexedBy } from './multiplex.js';
import type { ParsedProfile } from './profile.js';

/** For one call. More would not fit into a filter in the end. */
const MOST_CONDITIONS = 512;

/** A rule for one call of one ABI. */
export interface Choice {
  readonly conditions: readonly Condition[];
  readonly value: number;
  /** The entry of the profile that says so. */
  readonly pointer: string;
}

/** What becomes of a call: the first choice whose conditions hold, or `otherwise`. */
export interface Decision {
  readonly choices: readonly Choice[];
  readonly otherwise: number;
  /** Why it is `otherwise`. */
  readonly because: 'default' | 'newer' | 'foreign';
}

/** All that a profile says about the calls of one ABI. */
export interface AbiDecisions {
  readonly abi: Abi;
  /** By number, in the order of the numbers. */
  readonly named: ReadonlyMap<number, Decision>;
  /** What no rule is about. */
  readonly unnamed: (nr: number) => Decision;
  /** Numbers from which on `unnamed` says something else, ascending. The first is 0. */
  readonly edges: readonly number[];
}

/** On x64, numbers that were left out when all architectures agreed on theirs (5.1), and that are given away since 6.11. */
const LATE_X64 = { first: 335, last: 423 };

/**
 * Applies a profile's rules to the calls of an ABI.
 *
 * - A rule that does what happens anyway, with the same errno, is as good as absent: so in libseccomp, runc and crun.
 * - A rule without conditions decides, whatever rules with conditions say; of several such the first. As libseccomp has it.
 * - Of rules with conditions the first that holds decides. (libseccomp leaves open which of several contradicting ones does.)
 * - What is newer than the profile fails with ENOSYS instead of the default action, so that programs fall back to older calls,
 *   unless the default lets it pass. As with runc, a call is newer when its number lies behind the last one that the profile
 *   names for that ABI. In addition: numbers that came late (uretprobe, uprobe of x64), number 0 of s390, which stands for
 *   every call that its kernel doesn't know, and not behind arm's private calls, which lie far away.
 */
export function decideFor(profile: ParsedProfile, abi: Abi): AbiDecisions {
  const { defaultValue } = profile;
  const choices = new Map<number, Choice[]>();
  let last = -1;
  for (const { names, value, conditions, pointer } of profile.rules) {
    const choice: Choice = { conditions: conditions.filter((condition) => !isVoid(condition)), value, pointer };
    for (const name of names) {
      const nr = abi.find(name);
      if (nr !== undefined && !(abi.name === 'SCMP_ARCH_ARM' && Object.hasOwn(armPrivate, name))) last = Math.max(last, nr);
      if (value === defaultValue) continue;
      if (nr !== undefined) append(choices, nr, choice);
      const entry = multiplexedBy(name);
      const multiplexer = entry && abi.find(entry.multiplexer);
      if (entry === undefined || multiplexer === undefined) continue;
      // Its arguments lie in memory, where no filter can look. What restricts some of these calls restricts all of them, then;
      // what allows some of them allows none.
      if (choice.conditions.length > 0 && !isStricter(value, defaultValue)) continue;
      append(choices, multiplexer, { conditions: [entry.condition], value, pointer });
    }
  }

  const byDefault: Decision = { choices: [], otherwise: defaultValue, because: 'default' };
  const newer: Decision = { choices: [], otherwise: RET_ENOSYS, because: 'newer' };
  const hidesNewer = last >= 0 && !letsPass(defaultValue) && defaultValue !== RET_ENOSYS;
  const isNewer = (nr: number): boolean => {
    if (!hidesNewer) return false;
    if (abi.name === 'SCMP_ARCH_X86_64' && nr >= LATE_X64.first && nr <= LATE_X64.last) return true;
    if ((abi.name === 'SCMP_ARCH_S390' || abi.name === 'SCMP_ARCH_S390X') && nr === 0) return true;
    return nr > last;
  };
  const unnamed = (nr: number): Decision => (isNewer(nr) ? newer : byDefault);
  const edges = [0, 1, LATE_X64.first, LATE_X64.last + 1, last + 1].filter((nr) => nr === 0 || isNewer(nr) !== isNewer(nr - 1));

  const named = new Map<number, Decision>();
  for (const nr of Uint32Array.from(choices.keys()).sort()) {
    const found = choices.get(nr) ?? [];
    const always = found.find(({ conditions }) => conditions.length === 0);
    const count = found.reduce((sum, { conditions }) => sum + conditions.length, 0);
    if (always === undefined && count > MOST_CONDITIONS)
      throw tooManyConditions(abi.nameOf(nr) ?? String(nr), count, MOST_CONDITIONS, profile.pointer);
    named.set(nr, { ...unnamed(nr), choices: always === undefined ? found : [always] });
  }
  return { abi, named, unnamed, edges: [...new Set(edges)].sort((a, b) => a - b) };
}

function append(choices: Map<number, Choice[]>, nr: number, choice: Choice): void {
  const found = choices.get(nr);
  if (found === undefined) choices.set(nr, [choice]);
  else found.push(choice);
}

/** Calls by way of an ABI that the profile doesn't name kill the thread, as with libseccomp. */
export const foreign: Decision = { choices: [], otherwise: RET.KILL_THREAD, because: 'foreign' };

/** What the kernel calls one architecture: one ABI, or x64 and x32 together. */
export interface Space {
  readonly audit: number;
  readonly abis: readonly AbiDecisions[];
}

/** The ABIs of a profile by the architecture that `seccomp_data` names. */
export function spacesOf(profile: ParsedProfile): Space[] {
  const spaces = new Map<number, AbiDecisions[]>();
  for (const abi of profile.abis) {
    const decisions = decideFor(profile, abi);
    const others = spaces.get(abi.audit);
    if (others === undefined) spaces.set(abi.audit, [decisions]);
    else others.push(decisions);
  }
  return [...spaces].map(([audit, abis]) => ({ audit, abis }));
}

/** Which of a space's ABIs a number belongs to: undefined for x32 calls where x32 is not filtered. */
export function abiOfNumber({ abis }: Space, nr: number): AbiDecisions | undefined {
  const isX32 = nr >= X32_SYSCALL_BIT;
  const found = abis.find(({ abi }) => (abi.name === 'SCMP_ARCH_X32') === isX32);
  if (found !== undefined) return found;
  const [only] = abis;
  if (only?.abi.name === 'SCMP_ARCH_X86_64') {
    // -1: no call at all, and nothing to kill for.
    return nr === 0xffff_ffff ? only : undefined;
  }
  return only?.abi.name === 'SCMP_ARCH_X32' ? undefined : only;
}

/** What a profile says about one number of a space. */
export function decisionOf(space: Space, nr: number): Decision {
  const decisions = abiOfNumber(space, nr);
  if (decisions === undefined) return foreign;
  if (nr === 0xffff_ffff && decisions.abi.name === 'SCMP_ARCH_X86_64') return decisions.unnamed(0);
  return decisions.named.get(nr) ?? decisions.unnamed(nr);
}
