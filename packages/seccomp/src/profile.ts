import type { SpecIssue } from '@standpipe/errors';
import type { Arch } from '@standpipe/syscalls';
import { type Abi, abiOf, type Architecture, architectures, nativeArchitecture } from './abi.js';
import { type Action, actions, isStricter, RET, returnValue, takesErrno } from './action.js';
import { type Condition, type Operator, parseCondition } from './condition.js';
import { profileInvalid } from './errors.js';
import { flagBits, type Flag } from './flags.js';
import { isSyscall } from './numbers.js';

/** What an argument of a call must be. `valueTwo` is for SCMP_CMP_MASKED_EQ: what it is, once masked with `value`. */
export interface ProfileArg {
  readonly index: number;
  readonly value: number | bigint;
  readonly valueTwo?: number | bigint | undefined;
  readonly op: Operator;
}

export interface ProfileRule {
  readonly names: readonly string[];
  readonly action: Action;
  readonly errnoRet?: number | undefined;
  readonly args?: readonly ProfileArg[] | undefined;
}

/** `linux.seccomp` of a config.json. */
export interface SeccompProfile {
  readonly defaultAction: Action;
  readonly defaultErrnoRet?: number | undefined;
  readonly architectures?: readonly Architecture[] | undefined;
  readonly flags?: readonly Flag[] | undefined;
  readonly listenerPath?: string | undefined;
  readonly listenerMetadata?: string | undefined;
  readonly syscalls?: readonly ProfileRule[] | undefined;
}

export interface ParseProfileSettings {
  /** The machine that the filter is for; this one when left out. Its own ABI is filtered whether it is named or not. */
  readonly arch?: Arch | undefined;
  /** Where the profile lies in a config, for errors and explanations. */
  readonly pointer?: string | undefined;
}

/** A rule for names; the conditions hold all together. */
export interface Rule {
  readonly names: readonly string[];
  /** What the filter returns. */
  readonly value: number;
  readonly conditions: readonly Condition[];
  readonly pointer: string;
}

export interface ParsedProfile {
  readonly pointer: string;
  /** The machine's own comes first. */
  readonly abis: readonly Abi[];
  /** What the filter returns where no rule matches. */
  readonly defaultValue: number;
  readonly rules: readonly Rule[];
  readonly flags: number;
  readonly notifies: boolean;
  /** What a person should know and that stops nothing. */
  readonly warnings: readonly SpecIssue[];
}

/**
 * Reads a profile, and finds all that is wrong with it.
 *
 * Several conditions of an entry must hold together, unless two of them look at the same argument: then each of them
 * is a rule of its own, and one that holds is enough. That is what runc and crun make of it, and profiles rely on it.
 *
 * @throws SpecError with every issue by its JSON pointer
 */
export function parseProfile(profile: SeccompProfile, settings: ParseProfileSettings = {}): ParsedProfile {
  const { pointer = '/linux/seccomp', arch } = settings;
  const issues: SpecIssue[] = [];
  const report = (at: string, message: string, expected?: string): void => {
    issues.push({ pointer: `${pointer}${at}`, message, ...(expected === undefined ? {} : { expected }) });
  };
  const valueOf = (action: Action, errnoRet: number | undefined, at: string, errnoAt: string): number => {
    if (!actions.includes(action)) report(at, `${JSON.stringify(action)} is no action`, `one of ${actions.join(', ')}`);
    else if (errnoRet !== undefined && !takesErrno(action))
      report(errnoAt, `${action} returns no errno`, 'SCMP_ACT_ERRNO or SCMP_ACT_TRACE, or none');
    else if (errnoRet !== undefined && !(Number.isInteger(errnoRet) && errnoRet >= 0 && errnoRet <= 0xffff))
      report(errnoAt, `${String(errnoRet)} doesn't fit into 16 bits`, '0 to 65535');
    return returnValue(action, errnoRet);
  };

  const defaultValue = valueOf(profile.defaultAction, profile.defaultErrnoRet, '/defaultAction', '/defaultErrnoRet');
  const rules = (profile.syscalls ?? []).flatMap(({ names, action, errnoRet, args = [] }, i): Rule[] => {
    const at = `/syscalls/${String(i)}`;
    if (names.length === 0) report(`${at}/names`, 'names no system call', 'one or more names');
    const value = valueOf(action, errnoRet, `${at}/action`, `${at}/errnoRet`);
    const conditions = args.flatMap((arg, j) =>
      parseCondition(arg, (message, expected) => report(`${at}/args/${String(j)}`, message, expected)),
    );
    const rule = { names, value, pointer: `${pointer}${at}` };
    const indices = new Set(conditions.map(({ index }) => index));
    if (indices.size < conditions.length) return conditions.map((condition) => ({ ...rule, conditions: [condition] }));
    return [{ ...rule, conditions }];
  });
  const named = (profile.architectures ?? []).filter((name, i) => {
    if (architectures.includes(name)) return true;
    report(
      `/architectures/${String(i)}`,
      `${JSON.stringify(name)} is no architecture that is known here`,
      `one of ${architectures.join(', ')}`,
    );
    return false;
  });
  const flags = flagBits(profile.flags ?? [], (i, message, expected) => report(`/flags/${String(i)}`, message, expected));
  if (issues.length > 0) throw profileInvalid(issues);

  const abis = [...new Set([nativeArchitecture(arch), ...named])].map(abiOf);
  const notifies = [defaultValue, ...rules.map(({ value }) => value)].includes(RET.USER_NOTIF);
  return { pointer, abis, defaultValue, rules, flags, notifies, warnings: unknownNames(rules, abis, defaultValue) };
}

/** Names that no kernel is known to have. What would have been restricted by one of them is worth a line of its own. */
function unknownNames(rules: readonly Rule[], abis: readonly Abi[], defaultValue: number): SpecIssue[] {
  const warnings: SpecIssue[] = [];
  for (const { names, pointer, value } of rules) {
    const unknown = names.filter((name) => !abis.some((abi) => abi.find(name) !== undefined) && !isSyscall(name));
    if (unknown.length === 0 || warnings.some((warning) => warning.pointer === `${pointer}/names`)) continue;
    const effect = isStricter(value, defaultValue) ? 'it is not restricted, if the kernel has it' : 'the rule matches nothing';
    warnings.push({
      pointer: `${pointer}/names`,
      message: `${unknown.join(', ')}: no system call that is known here; ${effect}`,
    });
  }
  return warnings;
}
