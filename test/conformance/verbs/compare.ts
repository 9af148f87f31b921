import { needs } from '@standpipe/test-support';
import { expect } from 'chai';
import { it } from 'mocha';
import { type Entry, Stage } from '../../end-to-end/stage.js';

/** A case that both runtimes are put to. */
export interface Case {
  readonly what: string;
  readonly play: (on: Stage) => Promise<unknown>;
  /** Where we mean to differ: why, and what of runc's record is otherwise in ours. */
  readonly ours?: Deviation | undefined;
}

export interface Deviation {
  readonly because: string;
  readonly instead: (theirs: Entry[]) => unknown;
}

type Play = Pick<Stage, 'entries' | 'transcript'>;

/** Most of a case's time goes by in waiting: runc asks ten times a second whether a process is gone. */
const AT_ONCE = 5;

/** Plays each case on runc and on standpipe, some of them ahead of their turn, and compares what went on record. */
export function sameAsRunc(cases: readonly Case[]): void {
  const plays = new Map<Case, Promise<[theirs: Play, own: Play]>>();
  const begin = (one: Case): void => {
    if (plays.has(one)) return;
    const both = Promise.all([playOn('runc', one), playOn('standpipe', one)]);
    both.catch(() => 'told when its turn comes');
    plays.set(one, both);
  };
  for (const [i, one] of cases.entries()) {
    const { what, ours } = one;
    it(ours === undefined ? what : `${what}; not as runc: ${ours.because}`, async function () {
      needs(this, 'runc');
      this.timeout(60_000);
      for (const next of cases.slice(i, i + AT_ONCE)) begin(next);
      const [theirs, own] = await plays.get(one)!;
      const expected = ours === undefined ? theirs.entries : ours.instead(structuredClone(theirs.entries));
      const shown = [...theirs.transcript, '--', ...own.transcript].join('\n');
      expect(own.entries, shown).to.deep.equal(expected);
      // A deviation that is none any more would hide the next one.
      if (ours !== undefined) expect(own.entries, 'both do the same').not.to.deep.equal(theirs.entries);
    });
  }
}

async function playOn(runtime: Stage['runtime'], { play }: Case): Promise<Play> {
  const stage = new Stage(runtime);
  try {
    await play(stage);
  } finally {
    await stage.close();
  }
  return stage;
}
