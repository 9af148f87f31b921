import { actions, type Architecture, type Call, operators, type ProfileArg, type ProfileRule, type SeccompProfile } from '../src/index.js';

/** A generator of numbers that a seed repeats. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 up to `below`. Mulberry's. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  times<T>(atMost: number, make: () => T): T[] {
    return Array.from({ length: this.below(atMost + 1) }, make);
  }
}

/** Values at which 32-bit halves, signs and masks are easily got wrong. */
const values: readonly bigint[] = [
  0n,
  1n,
  2n,
  5n,
  40n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_fffen,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x1_0000_0005n,
  0x7e02_0000n,
  0x8000_0000_0000_0000n,
  0xffff_ffff_0000_0000n,
  0xffff_ffff_ffff_fffen,
  0xffff_ffff_ffff_ffffn,
];

export interface RandomProfileSettings {
  readonly names: readonly string[];
  readonly architectures?: readonly Architecture[];
  /** Rules with conditions for one call all do the same. */
  readonly agreeing?: boolean;
  readonly actions?: readonly (typeof actions)[number][];
}

export function randomProfile(random: Random, settings: RandomProfileSettings): SeccompProfile {
  const allowed = settings.actions ?? actions.filter((action) => action !== 'SCMP_ACT_NOTIFY');
  const outcome = (): Pick<ProfileRule, 'action' | 'errnoRet'> => {
    const action = random.pick(allowed);
    const takes = action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
    return { action, ...(takes && random.below(3) > 0 ? { errnoRet: 1 + random.below(60) } : {}) };
  };
  const { action: defaultAction, errnoRet } = outcome();
  const byName = new Map(settings.names.map((name) => [name, outcome()]));
  const arg = (index: number): ProfileArg => ({
    index,
    value: random.pick(values),
    valueTwo: random.pick(values),
    op: random.pick(operators),
  });
  const rule = (): ProfileRule => {
    const name = random.pick(settings.names);
    if (random.below(3) === 0) return { names: [name, ...random.times(2, () => random.pick(settings.names))], ...outcome() };
    const indices = random.below(5) === 0 ? [0, 1, 0] : random.pick([[0], [1], [0, 1], [0, 2], [0, 1, 2]]);
    return { names: [name], ...(settings.agreeing === true ? byName.get(name)! : outcome()), args: indices.map(arg) };
  };
  return {
    defaultAction,
    ...(errnoRet === undefined ? {} : { defaultErrnoRet: errnoRet }),
    architectures: (settings.architectures ?? []).filter(() => random.below(3) === 0),
    syscalls: random.times(14, rule),
  };
}

export function randomCall(random: Random, audits: readonly number[], numbers: readonly number[]): Call {
  const value = (): bigint => (random.below(3) === 0 ? BigInt(random.below(60)) : random.pick(values));
  return {
    audit: random.pick(audits),
    nr: random.below(2) === 0 ? random.below(500) : random.pick(numbers),
    args: [value(), value(), value()],
  };
}
