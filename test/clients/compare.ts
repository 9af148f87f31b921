import type { Client, Outcome, Step } from './client.js';
import { isKnown, reword } from './differences.js';

export interface Comparison {
  readonly verdict: 'same' | 'known' | 'different';
  /** What differs, as lines of text. */
  readonly problems: readonly string[];
}

export interface Pair extends Comparison {
  readonly step: Step;
  readonly runc: Outcome | undefined;
  readonly standpipe: Outcome | undefined;
}

/** Runs a session over both runtimes, however that is done, and compares. */
export type RunBoth = (client: Client) => Promise<Readonly<Record<'runc' | 'standpipe', readonly Outcome[]>>>;

/**
 * Compares a client's steps, and those that differ once more: on a busy machine ctr loses what a process printed that
 * ends soon, over any runtime. What a runtime does otherwise differs again.
 */
export async function comparePairs(client: Client, run: RunBoth): Promise<Pair[]> {
  const first = pairsOf(client, await run(client));
  if (first.every(({ verdict }) => verdict !== 'different')) return first;
  const again = pairsOf(client, await run(client));
  return first.map((pair, index) => (pair.verdict === 'different' ? again[index]! : pair));
}

function pairsOf(client: Client, outcomes: Awaited<ReturnType<RunBoth>>): Pair[] {
  return client.steps.map((step) => {
    const [runc, standpipe] = [outcomes.runc, outcomes.standpipe].map((each) => each.find((outcome) => outcome.step === step.name));
    return { step, runc, standpipe, ...compare(step, runc, standpipe) };
  });
}

/** Compares what a step did over runc and over standpipe. */
function compare(step: Step, runc: Outcome | undefined, standpipe: Outcome | undefined): Comparison {
  if (runc === undefined || standpipe === undefined)
    return { verdict: 'different', problems: [`not reached over ${runc === undefined ? 'runc' : 'standpipe'}`] };
  const problems = problemsOf(step, runc, standpipe);
  if (problems.length === 0) return { verdict: 'same', problems };
  const reworded = reword(standpipe);
  const rest = problemsOf(step, runc, reworded);
  return rest.length === 0 || isKnown(reworded) ? { verdict: 'known', problems } : { verdict: 'different', problems: rest };
}

function problemsOf({ complains }: Step, runc: Outcome, standpipe: Outcome): string[] {
  const problems: string[] = [];
  const expectSame = (what: string, theirs: string, ours: string): void => {
    if (theirs !== ours)
      problems.push(`${what}:`, ...linesWithout(theirs, ours, '  runc      | '), ...linesWithout(ours, theirs, '  standpipe | '));
  };
  expectSame('exit code', String(runc.code), String(standpipe.code));
  expectSame('standard output', runc.stdout, standpipe.stdout);
  if (complains === undefined) expectSame('standard error', runc.stderr, standpipe.stderr);
  else {
    for (const [runtime, text] of Object.entries({ runc: runc.stderr, standpipe: standpipe.stderr }))
      if (!complains.test(text))
        problems.push(`standard error over ${runtime} does not match ${String(complains)}: ${JSON.stringify(text)}`);
  }
  return problems;
}

function linesWithout(text: string, other: string, prefix: string): string[] {
  const known = new Set(other.split('\n'));
  const lines = text.split('\n').filter((line) => !known.has(line));
  return (lines.length === 0 ? ['(the same lines, in another order or number)'] : lines).map((line) => prefix + line);
}
