import type { Deviation } from './compare.js';
import type { Answer, Entry } from '../../end-to-end/stage.js';

/** runc's record with another answer to each call, or to the one whose words begin so. */
export function answers(change: (theirs: Answer) => Partial<Answer>, begins = ''): Deviation['instead'] {
  return (theirs) => theirs.map((entry) => ('call' in entry && entry.call.startsWith(begins) ? { ...entry, ...change(entry) } : entry));
}

/** runc's record with something else seen in the end. */
export function sees(values: Readonly<Record<string, unknown>>): Deviation['instead'] {
  return (theirs) =>
    theirs.map((entry): Entry => ('seen' in entry && entry.seen in values ? { ...entry, value: values[entry.seen] } : entry));
}

export const usage: Deviation = {
  because: "what can't be understood is answered with a sentence, not with the manual",
  instead: answers(() => ({ stdout: '' })),
};
