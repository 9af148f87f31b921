import { CLONE, P, W } from '@standpipe/syscalls';
import { branch, buf, closeFd, here, label, load, type Op, reg, section, set, sys, undo } from '@standpipe/program';
import { parseHooks } from './parse.js';
import { type HooksPlan, type HooksRegs, planNumbered, type PlanHooksInput } from './plan.js';
import { dieWith } from './process.js';
import { SIGCHLD } from './signals.js';

const origin = { plugin: 'hooks', step: 'poststop' };

/**
 * Plans poststop hooks. All of them run, whatever becomes of the others, so each has a process of its own that runs it
 * and, when it has failed, `report`s. The ops may be an undo.
 *
 * @throws SpecError for hooks that can't be
 */
export function planPoststopHooks(
  { hooks, container, pointer = '/hooks/poststop' }: Omit<PlanHooksInput, 'kind'>,
  report: readonly Op[],
  regs: Pick<HooksRegs, 'sentence' | 'cwd' | 'interruptible'>,
): HooksPlan {
  const parts = parseHooks(hooks, pointer).map((hook, index): HooksPlan => {
    const plan = planNumbered([{ hook, index }], { kind: 'poststop', container, pointer }, regs);
    const [parent, pid, pidfd] = [reg('own pid'), reg('runs a hook'), reg('runs a hook, pidfd')];
    const [start, next] = [label(`run poststop hook ${index}`), label('next poststop hook')];
    const cell = buf('pidfd', 4);
    return {
      ops: [
        sys('getpid', [], { to: parent }),
        sys('clone', [CLONE.PIDFD | SIGCHLD, null, cell, null, null], { to: pid, unless: { errno: 'any', goto: next } }),
        branch(pid, '==', 0, start),
        load(cell, 4, pidfd),
        sys('waitid', [P.PIDFD, pidfd, null, W.EXITED, null], { unless: { errno: 'any' } }),
        closeFd(pidfd),
        here(next),
      ],
      sections: [
        section(
          `poststop hook ${index}`,
          start,
          [...dieWith(parent), ...plan.ops, sys('exit_group', [0])],
          [...report, sys('exit_group', [1])],
          origin,
        ),
        ...plan.sections,
      ],
    };
  });
  return { ops: parts.flatMap(({ ops }) => ops), sections: parts.flatMap(({ sections }) => sections) };
}

/** Poststop hooks of a program that ends with its container. */
export interface PoststopPlan {
  /** Has them run with the undos. Before anything that they are not to see any more. */
  readonly register: Op[];
  /** From here on they are due. */
  readonly arm: Op[];
  /** Somebody else runs them when the container goes. */
  readonly disarm: Op[];
  /** For the program. */
  readonly sections: HooksPlan['sections'];
}

/**
 * Plans poststop hooks as an undo, which does nothing before it is armed.
 *
 * @throws SpecError for hooks that can't be
 */
export function planPoststopUndo(...input: Parameters<typeof planPoststopHooks>): PoststopPlan {
  const { ops, sections } = planPoststopHooks(...input);
  const due = reg('poststop hooks due');
  const over = label('poststop hooks over');
  return {
    register: [undo([branch(due, '!=', 1, over), ...ops, here(over)])],
    arm: [set(due, 1)],
    disarm: [set(due, 0)],
    sections,
  };
}
