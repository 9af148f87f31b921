import { at, branch, buf, compute, here, label, load, type Op, reg, type Reg, sys } from '@standpipe/program';

const CLOCK_MONOTONIC = 1;
const NS_PER_S = 1_000_000_000;
const NS_PER_MS = 1_000_000;

/** A moment. */
export interface Moment {
  readonly seconds: Reg;
  readonly nanoseconds: Reg;
}

export function moment(name: string): Moment {
  return { seconds: reg(`${name} s`), nanoseconds: reg(`${name} ns`) };
}

export function now({ seconds, nanoseconds }: Moment, say: string): Op[] {
  const clock = buf('timespec', 16);
  return [sys('clock_gettime', [CLOCK_MONOTONIC, clock], { say }), load(clock, 8, seconds), load(at(clock, 8), 8, nanoseconds)];
}

/** The milliseconds since then. There is no op that multiplies or divides. */
export function millisecondsSince(then: Moment, to: Reg, say: string): Op[] {
  const ended = moment('ended');
  const { seconds, nanoseconds } = ended;
  const part = reg('part');
  const [positive, next, done] = [label('no second borrowed'), label('next millisecond'), label('milliseconds')];
  return [
    ...now(ended, say),
    compute(seconds, seconds, '-', then.seconds),
    compute(nanoseconds, nanoseconds, '-', then.nanoseconds),
    branch(nanoseconds, '>=', 0, positive),
    compute(nanoseconds, nanoseconds, '+', NS_PER_S),
    compute(seconds, seconds, '-', 1),
    here(positive),
    // 1000 is 1024 - 16 - 8.
    compute(to, seconds, '<<', 10),
    compute(part, seconds, '<<', 4),
    compute(to, to, '-', part),
    compute(part, seconds, '<<', 3),
    compute(to, to, '-', part),
    here(next),
    branch(nanoseconds, '<', NS_PER_MS, done),
    compute(nanoseconds, nanoseconds, '-', NS_PER_MS),
    compute(to, to, '+', 1),
    branch(nanoseconds, '>=', 0, next),
    here(done),
  ];
}
