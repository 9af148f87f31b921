import type { Op } from '@standpipe/program';
import { errnoName } from '@standpipe/syscalls';
import { actionOf, dataOf, describeOutcome, letsPass, RET } from './action.js';
import { holds } from './condition.js';
import { type Decision, decideFor } from './decide.js';
import { forbidsSetUp } from './errors.js';
import type { ParsedProfile } from './profile.js';

type SyscallOp = Extract<Op, { op: 'syscall' }>;

export interface ForbiddenOpsSettings {
  /** Calls that a listener is asked about are held up for ever: nobody listens yet. */
  readonly unheard?: boolean | undefined;
}

/**
 * Finds out whether a profile lets a program's own ops pass that run behind the load, up to execve(2): a container whose filter
 * denies them would fail at its start, in words that explain nothing. Ops that do without are left alone, and so are those
 * whose arguments decide and are not known yet.
 *
 * @throws SpecError `SECCOMP_FORBIDS_SET_UP`
 */
export function forbiddenOps(profile: ParsedProfile, ops: readonly Op[], { unheard = false }: ForbiddenOpsSettings = {}): void {
  const [native] = profile.abis;
  if (native === undefined) return;
  const { named, unnamed } = decideFor(profile, native);
  const last = ops.findLastIndex((op) => op.op === 'syscall' && op.name === 'execve');
  for (const op of last === -1 ? ops : ops.slice(0, last + 1)) {
    if (op.op !== 'syscall') continue;
    const nr = native.find(op.name);
    if (nr === undefined) continue;
    const outcome = outcomeFor(named.get(nr) ?? unnamed(nr), op);
    if (outcome === undefined || isHarmless(outcome.value, op, unheard)) continue;
    throw forbidsSetUp(op.name, describeOutcome(outcome.value), outcome.pointer, profile.pointer);
  }
}

/** Undefined where arguments decide that are not known yet. */
function outcomeFor({ choices, otherwise }: Decision, { args }: SyscallOp): { value: number; pointer?: string } | undefined {
  for (const { conditions, value, pointer } of choices) {
    let matches = true;
    for (const condition of conditions) {
      const argument = args[condition.index] ?? 0;
      if (typeof argument !== 'number' && typeof argument !== 'bigint') return undefined;
      matches &&= holds(condition, BigInt.asUintN(64, BigInt(argument)), 64);
    }
    if (matches) return { value, pointer };
  }
  return { value: otherwise };
}

function isHarmless(value: number, { unless }: SyscallOp, unheard: boolean): boolean {
  const action = actionOf(value);
  // Without a tracer, and there is none, it fails with ENOSYS.
  if (action === RET.TRACE) return unless?.errno === 'any' || unless?.errno.includes('ENOSYS') === true;
  if (letsPass(value)) return true;
  if (action === RET.USER_NOTIF) return !unheard;
  if (action !== RET.ERRNO || unless === undefined) return false;
  return unless.errno === 'any' || unless.errno.includes(errnoName(dataOf(value)) ?? '');
}
